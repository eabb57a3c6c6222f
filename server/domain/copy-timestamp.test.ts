import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeTimestamp, originTimestampOf, readTimestampLimits } from './copy-timestamp.ts'
import { decodeDeadLetter } from './decode-dead-letter.ts'
import { everyLetter } from './hand-written-letters-fixture.ts'

const text = (name: string, value: string) => ({ name, value: Buffer.from(value) })
const int64 = (name: string, value: bigint) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return { name, value: bytes }
}

describe('the timestamp of the message that died', () => {
  it('is that which its headers tell, or the own one of letters that keep it', () => {
    const spring = [
      text('kafka_dlt-original-topic', 'orders'),
      int64('kafka_dlt-original-timestamp', 1_795_000_000_000n),
    ]
    expect(originTimestampOf({ headers: spring, timestampMs: 5n })).toBe(1_795_000_000_000n)
    const connect = [text('__connect.errors.topic', 'orders')]
    expect(originTimestampOf({ headers: connect, timestampMs: 5n })).toBe(5n)
    expect(originTimestampOf({ headers: connect, timestampMs: 5n, timestampType: 'log-append' })).toBeNull()
    const karafka = ['topic', 'partition', 'offset'].map((name) => text(`source_${name}`, '1'))
    expect(originTimestampOf({ headers: karafka, timestampMs: 5n })).toBeNull()
    expect(originTimestampOf({ headers: [], timestampMs: 5n })).toBeNull()
    const long = [...spring, text('kafka_dlt-exception-stacktrace', 'at com.shop.Payment\n'.repeat(100))]
    expect(originTimestampOf({ headers: long, timestampMs: 5n })).toBe(1_795_000_000_000n)
  })
  it('is the same as the whole decoding tells, whatever headers are there and whatever they hold', () => {
    const value = fc.option(fc.uint8Array({ maxLength: 8 }), { nil: null })
    const changed = fc
      .constantFrom(...Object.values(everyLetter))
      .chain((headers) =>
        fc
          .shuffledSubarray([...headers, ...headers.slice(0, 2)])
          .chain((some) =>
            fc.tuple(
              fc.constant(some),
              fc.array(fc.option(value, { freq: 8, nil: undefined }), { maxLength: some.length }),
            ),
          ),
      )
      .map(([some, values]) =>
        some.map((header, index) => ({
          ...header,
          value: values[index] === undefined ? header.value : values[index],
        })),
      )
    fc.assert(
      fc.property(changed, (headers) => {
        const decoded = decodeDeadLetter(headers)
        const told = decoded?.death.originTimestamp?.value
        const expected =
          told !== undefined && BigInt(told) >= 0n
            ? BigInt(told)
            : decoded?.timestampOf === 'origin'
              ? 5n
              : null
        expect(originTimestampOf({ headers, timestampMs: 5n })).toBe(expected)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a kept timestamp', () => {
  const limitsOf = (settings: Record<string, string>) => readTimestampLimits((name) => settings[name] ?? null)
  const free = limitsOf({
    'message.timestamp.before.max.ms': '9223372036854775807',
    'message.timestamp.after.max.ms': '3600000',
    'retention.ms': '-1',
  })
  it.each([
    [null, 1_000n, free],
    ['timestamp-unknown', null, free],
    ['timestamp-refused', 3_700_000n, free],
    ['timestamp-refused', 0n, limitsOf({ 'message.timestamp.before.max.ms': '999' })],
    ['timestamp-expired', 0n, limitsOf({ 'retention.ms': '999' })],
    [null, 0n, limitsOf({ 'retention.ms': '999', 'cleanup.policy': 'compact' })],
    ['timestamp-ignored', 0n, limitsOf({ 'message.timestamp.type': 'LogAppendTime', 'retention.ms': '9' })],
  ] as const)('is %s', (problem, originMs, limits) => {
    expect(judgeTimestamp(originMs, limits, 1_000)).toBe(problem)
  })
})
