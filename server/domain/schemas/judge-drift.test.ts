import { describe, expect, it } from 'vitest'
import type { Position, TopicName } from '#server/contracts/scalars.ts'
import { type DriftFacts, judgeDrift, type SampledSide } from './judge-drift.ts'

const message = (offset: number, more: Partial<SampledSide> = {}): SampledSide => ({
  position: `0@${offset}` as Position,
  format: 'avro',
  isNull: false,
  schemaId: 7,
  namesSchema: true,
  subject: 'orders-value',
  version: 2,
  isUnknown: false,
  problem: null,
  misfit: null,
  ...more,
})
const bare = { format: 'json', schemaId: null, namesSchema: false, subject: null, version: null }
const judge = (messages: readonly SampledSide[], more: Partial<DriftFacts> = {}) =>
  judgeDrift({
    topic: 'orders' as TopicName,
    side: 'value',
    atMs: 1_000,
    messages,
    named: { subject: 'orders-value', latest: 3 },
    ...more,
  }).map(({ kind, sentence, example }) => [kind, sentence, example])

describe('the sampled messages of a topic', () => {
  it('that all fit their contract show no drift; nulls are none', () => {
    expect(judge([message(3), message(2, { ...bare, isNull: true, format: 'null' })])).toEqual([])
  })
  it('that do not decode are told with the newest of them', () => {
    const problem = 'Avro schema 7: cut short'
    expect(judge([message(3), message(2, { problem }), message(1, { problem })])).toEqual([
      [
        'undecodable',
        '2 of 3 sampled values do not decode by the schema they name: Avro schema 7: cut short',
        '0@2',
      ],
    ])
  })
  it('that name an id which the registry does not have are told by id', () => {
    const unknown = { subject: null, version: null, isUnknown: true, problem: 'not in the registry' }
    expect(judge([message(2, { ...unknown, schemaId: 9 })]).map(([kind, words]) => [kind, words])).toEqual([
      ['unknown-schema', 'The one sampled value names schema 9, which the registry does not have.'],
    ])
  })
  it('that the latest version can not read are told with the reason', () => {
    const misfit = 'currency is missing and has no default.'
    expect(judge([message(2, { misfit })])[0]?.[1]).toBe(
      'The one sampled value is of version 2 and does not fit the latest version (3): currency is missing and has no default.',
    )
  })
  it('without an id are drift where the topic has a subject, and where no value has one', () => {
    expect(judge([message(2), message(1, bare)]).map(([kind]) => kind)).toEqual(['no-schema-id'])
    expect(judge([message(1, bare)], { named: null })[0]?.[1]).toBe(
      'Its values are JSON without a schema: no contract says what they hold.',
    )
    expect(judge([message(1, bare)], { named: null, side: 'key' })).toEqual([])
  })
  it('of which one departs are told in the singular, several in the plural', () => {
    const fit = [message(9), message(8)]
    const sentences = (more: Partial<SampledSide>) =>
      [1, 2].map((count) => judge([...fit, message(2, more), message(1, more)].slice(0, 2 + count))[0]?.[1])
    const latest = 'the latest version (3): no default.'
    expect(sentences({ problem: 'cut short' })).toEqual([
      '1 of 3 sampled values does not decode by the schema it names: cut short',
      '2 of 4 sampled values do not decode by the schema they name: cut short',
    ])
    expect(sentences({ isUnknown: true, subject: null, version: null, schemaId: 9 })).toEqual([
      '1 of 3 sampled values names schema 9, which the registry does not have.',
      '2 of 4 sampled values name schema 9, which the registry does not have.',
    ])
    expect(sentences({ misfit: 'no default.' })).toEqual([
      `1 of 3 sampled values is of version 2 and does not fit ${latest}`,
      `2 of 4 sampled values are of version 2 and do not fit ${latest}`,
    ])
    expect(sentences({ misfit: 'no default.', version: null })).toEqual([
      `1 of 3 sampled values does not fit ${latest}`,
      `2 of 4 sampled values do not fit ${latest}`,
    ])
    expect(sentences(bare)).toEqual([
      '1 of 3 sampled values carries no schema id, although the subject orders-value exists.',
      '2 of 4 sampled values carry no schema id, although the subject orders-value exists.',
    ])
    expect(sentences({ subject: 'stock-value' })).toEqual([
      '1 of 3 sampled values carries schema 7 of stock-value, not of orders-value.',
      '2 of 4 sampled values carry schema 7 of stock-value, not of orders-value.',
    ])
  })
  it('of another subject are told', () => {
    expect(judge([message(1, { subject: 'stock-value' })]).map(([kind]) => kind)).toEqual(['other-subject'])
  })
})
