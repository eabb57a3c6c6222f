import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import { formatScanCursor, parseScanCursor } from './scan-cursor.ts'

const encode = (text: string): string => Buffer.from(text).toString('base64url')
const topic = fc.stringMatching(/^[A-Za-z0-9._-]{1,30}$/) as fc.Arbitrary<TopicName>
const offset = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n })
const places = fc
  .array(
    fc.tuple(
      topic,
      fc.array(fc.tuple(fc.nat(50), offset), { minLength: 1 }).map((entries) => new Map(entries)),
    ),
  )
  .map((entries) => new Map(entries))
const place = fc.record({
  topic,
  partition: fc.nat(10_000),
  offset,
  timestampMs: fc.bigInt({ min: -1n, max: (1n << 63n) - 1n }),
})
const given = fc.record({ upTo: place, reach: places, reachLate: places })
const cursor = fc.record({
  goOnAt: places,
  goOnWith: fc.record({ late: places, given: fc.array(given, { maxLength: 2 }) }),
})

it('a cursor comes back as it was, 64-bit offsets included', () => {
  fc.assert(
    fc.property(cursor, (one) => {
      fc.pre(one.goOnAt.size > 0)
      expect(parseScanCursor(formatScanCursor(one))).toEqual(one)
    }),
  )
})

it('a thousand partitions fit an address', () => {
  const goOnAt = new Map([
    [
      'orders' as TopicName,
      new Map(Array.from({ length: 1_000 }, (_, index) => [index, 1_000_000n + BigInt(index)])),
    ],
  ])
  const none = new Map()
  const text = formatScanCursor({
    goOnAt,
    goOnWith: { late: none, given: [] },
  })
  expect(text.length).toBeLessThan(8_000)
})

it('no other text is taken for a cursor', () => {
  for (const text of [
    '',
    '!',
    'e30',
    'MzptLA',
    ...['a=1', 'a=1~', 'a=0:~', '=0:1~', 'a=0:1', 'a=0:1~~1,2', 'a=0:1~~1,2~~', '~~~~~~~~~'].map(encode),
  ])
    expect(parseScanCursor(text)).toBeNull()
  fc.assert(
    fc.property(fc.string(), (text) => {
      const parsed = parseScanCursor(encode(text))
      for (const offsets of parsed?.goOnAt.values() ?? [])
        for (const partition of offsets.keys()) expect(partition >= 0).toBe(true)
    }),
  )
})
