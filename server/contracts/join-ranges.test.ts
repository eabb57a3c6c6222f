import fc from 'fast-check'
import { expect, it } from 'vitest'
import { joinRanges } from './join-ranges.ts'
import { type ScannedRange, scannedRange } from './scanned-ranges.ts'

const beyondDoubles = 2n ** 60n
const range = fc
  .record({
    topic: fc.constantFrom('orders', 'payments'),
    partition: fc.integer({ min: 0, max: 2 }),
    from: fc.integer({ min: 0, max: 30 }),
    length: fc.integer({ min: 0, max: 6 }),
  })
  .map(({ from, length, ...rest }) =>
    scannedRange.parse({
      ...rest,
      from: (beyondDoubles + BigInt(from)).toString(),
      to: (beyondDoubles + BigInt(from + length)).toString(),
      messages: String(length),
    }),
  )
const offsetsOf = (ranges: readonly ScannedRange[]): string[] => {
  const all = ranges.flatMap(({ topic, partition, from, to }) =>
    Array.from(
      { length: Number(BigInt(to) - BigInt(from)) },
      (_, place) => `${topic}/${partition}@${BigInt(from) + BigInt(place)}`,
    ),
  )
  return [...new Set(all)].sort()
}
const sum = (ranges: readonly ScannedRange[]): bigint =>
  ranges.reduce((total, { messages }) => total + BigInt(messages), 0n)

it('ranges that touch are one, and none is lost', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), (ranges) => {
      const joined = joinRanges(ranges)
      expect(offsetsOf(joined)).toEqual(offsetsOf(ranges))
      expect(sum(joined)).toBe(sum(ranges))
      expect(joinRanges(joined)).toEqual(joined)
      for (const [place, one] of joined.entries()) {
        const next = joined[place + 1]
        expect(BigInt(one.from) < BigInt(one.to)).toBe(true)
        if (next?.topic === one.topic && next.partition === one.partition)
          expect(BigInt(one.to) < BigInt(next.from)).toBe(true)
      }
    }),
  )
})
