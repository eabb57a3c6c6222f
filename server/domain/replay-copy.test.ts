import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeDeadLetter } from './decode-dead-letter.ts'
import { everyLetter, text, userHeaders } from './hand-written-letters-fixture.ts'
import { lineageHeaders, makeCopyHeaders, makeLineage, makeStripTest } from './replay-copy.ts'

const place = { itemId: 7n, source: 'a@0@1', attempt: 1, originMs: 1_763_690_400_000n }
const lineageOf = (id: string) => makeLineage({ id, number: 42, nowMs: 1_763_694_131_000n })(place)
const lineage = lineageOf('r')
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
        const isStripped = makeStripTest(original)
        const kept = original.filter((header) => !isStripped(header.name))
        expect(copy.slice(0, kept.length)).toEqual(kept)
        const added = copy.slice(kept.length).map((header) => header.name)
        expect(added).toEqual(Object.keys(lineageHeaders))
      }),
    )
  })
  it('loses only what frameworks wrote about the failure', () => {
    const isStripped = makeStripTest([])
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
  it('loses headers of common names only where they are those of its own framework', () => {
    const of = (...names: string[]) => names.map((one) => ({ name: one, value: Buffer.from('1') }))
    const common = ['source_topic', 'exception-type', 'x-original-topic', 'acme.stage']
    expect(common.some(makeStripTest(of('kafka_dlt-original-topic', ...common)))).toBe(false)
    const karafka = of('source_topic', 'source_partition', 'source_offset', 'source_id')
    expect(karafka.map(({ name: one }) => one).filter(makeStripTest(karafka))).toEqual([
      'source_topic',
      'source_partition',
      'source_offset',
    ])
    const prefixed = of(
      'acme.topic',
      'acme.partition',
      'acme.offset',
      'acme.stage',
      'acme.task.id',
      'acme.id',
    )
    expect(prefixed.map(({ name: one }) => one).filter((one) => !makeStripTest(prefixed)(one))).toEqual([
      'acme.id',
    ])
  })
  it.each(Object.entries(everyLetter))(
    'of %s keeps what the user wrote, and nothing of the failure',
    (_, letter) => {
      const written = [...userHeaders, text('topic', 'x'), text('x-retries', '3'), text('source', 'y')]
      const own = letter.filter((header) => !userHeaders.includes(header))
      const messageIds = own.filter(
        ({ name: one }) => one === '_watermill_message_uuid' || one === 'NServiceBus.MessageId',
      )
      const copy = makeCopyHeaders([...written.slice(0, 3), ...own, ...written.slice(3)], lineage)
      expect(copy.slice(0, -lineage.length)).toEqual([
        ...written.slice(0, 3),
        ...messageIds,
        ...written.slice(3),
      ])
      expect(decodeDeadLetter(copy)).toBeNull()
    },
  )
  it('tells when the message that died was written only where that is a time', () => {
    for (const originMs of [null, -1n, 8_640_000_000_000_001n]) {
      const made = makeLineage({ id: 'r', number: null, nowMs: 0n })({ ...place, originMs })
      expect(made.map((header) => header.name)).not.toContain('x-replay-origin-at')
      expect(made).toHaveLength(lineage.length - 1)
    }
  })

  it('replayed twice carries one lineage', () => {
    const twice = makeCopyHeaders(makeCopyHeaders([], lineage), lineageOf('s'))
    expect(
      twice
        .filter((header) => header.name === 'x-replay-id')
        .map(({ value }) => Buffer.from(value ?? []).toString()),
    ).toEqual(['s'])
  })
})
