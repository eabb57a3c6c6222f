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
      ['unknown-schema', '1 of 1 sampled values name schema 9, which the registry does not have.'],
    ])
  })
  it('that the latest version can not read are told with the reason', () => {
    const misfit = 'currency is missing and has no default.'
    expect(judge([message(2, { misfit })])[0]?.[1]).toBe(
      '1 of 1 sampled values are of version 2 and do not fit the latest version (3): currency is missing and has no default.',
    )
  })
  it('without an id are drift where the topic has a subject, and where no value has one', () => {
    expect(judge([message(2), message(1, bare)]).map(([kind]) => kind)).toEqual(['no-schema-id'])
    expect(judge([message(1, bare)], { named: null })[0]?.[1]).toBe(
      'Its values are JSON without a schema: no contract says what they hold.',
    )
    expect(judge([message(1, bare)], { named: null, side: 'key' })).toEqual([])
  })
  it('of another subject are told', () => {
    expect(judge([message(1, { subject: 'stock-value' })]).map(([kind]) => kind)).toEqual(['other-subject'])
  })
})
