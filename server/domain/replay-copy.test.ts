import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isStripped, lineageHeaders, makeCopyHeaders } from './replay-copy.ts'

const lineage = {
  'x-replay-id': 'r',
  'x-replay-number': '42',
  'x-replay-item': '7',
  'x-replay-source': 'a@0@1',
  'x-replay-attempt': '1',
  'x-replay-at': '2026-11-21T03:02:11.000Z',
}
const name = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    'tag',
    'traceparent',
    'kafka_dlt-original-topic',
    'retry_topic-attempts',
    '__connect.errors.topic',
    'dead-letter-reason',
    'x-replay-id',
    'dead-letter-office',
  ),
)
const headers = fc.array(fc.record({ name, value: fc.option(fc.uint8Array({ maxLength: 6 })) }), {
  maxLength: 20,
})

describe('a replayed copy', () => {
  it('keeps every other header in its order, with duplicates, nulls and the same bytes', () => {
    fc.assert(
      fc.property(headers, (original) => {
        const copy = makeCopyHeaders(original, lineage)
        const kept = original.filter((header) => !isStripped(header.name))
        expect(copy.slice(0, kept.length)).toEqual(kept)
        expect(copy.slice(kept.length).map((header) => header.name)).toEqual(Object.keys(lineageHeaders))
      }),
    )
  })
  it('loses only what frameworks wrote about the failure', () => {
    expect(
      [
        'kafka_dlt-exception-message',
        'retry_topic-attempts',
        '__connect.errors.stage',
        'dead-letter-cause',
      ].every(isStripped),
    ).toBe(true)
    expect(
      ['traceparent', 'dead-letter-office', 'kafka_correlationId', '__TypeId__', 'tag'].some(isStripped),
    ).toBe(false)
  })
  it('replayed twice carries one lineage', () => {
    const twice = makeCopyHeaders(makeCopyHeaders([], lineage), { ...lineage, 'x-replay-id': 's' })
    expect(
      twice
        .filter((header) => header.name === 'x-replay-id')
        .map(({ value }) => Buffer.from(value ?? []).toString()),
    ).toEqual(['s'])
  })
})
