import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leastPassedOver, nextToRead, spansOf } from './ledger-spans.ts'

const least = Number(leastPassedOver)
const run = (first: number, count: number): bigint[] =>
  Array.from({ length: count }, (_, at) => BigInt(first + at))

/** A partition of a ledger as runs of records, each its own producer's or another's. */
const log = fc.array(
  fc.record({
    count: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: least - 1, max: least + 2 })),
    isOwn: fc.boolean(),
    isTold: fc.boolean(),
  }),
  { maxLength: 8 },
)

describe('what is read of a ledger', () => {
  it('is every record of another, in order and once, whatever stands between', () => {
    fc.assert(
      fc.property(log, fc.nat(3 * least), (runs, from) => {
        const foreign: bigint[] = []
        const own: (bigint | null)[] = []
        let end = 0
        for (const { count, isOwn, isTold } of runs) {
          const offsets = run(end, count)
          if (isOwn) own.push(...offsets.map((offset) => (isTold ? offset : null)))
          else foreign.push(...offsets)
          end += count
        }
        const spans = spansOf(own)
        const read: bigint[] = []
        for (let position = BigInt(from); position < end; ) {
          const ahead = nextToRead(position, spans)
          const until = ahead.until ?? BigInt(end)
          for (let offset = ahead.from; offset < until; offset++) read.push(offset)
          position = until
        }
        expect(read.filter((offset) => foreign.includes(offset))).toEqual(
          foreign.filter((offset) => offset >= from),
        )
        expect(new Set(read).size).toBe(read.length)
      }),
    )
  })

  it('is nothing of what its producer wrote itself, but for a few records', () => {
    const spans = spansOf([...run(10, least), ...run(10 + least + 1, least), ...run(5_000, least - 1)])
    expect(spans).toEqual([
      { first: 10n, next: BigInt(10 + least) },
      { first: BigInt(11 + least), next: BigInt(11 + 2 * least) },
    ])
    expect(nextToRead(0n, spans)).toEqual({ from: 0n, until: 10n })
    expect(nextToRead(10n, spans)).toEqual({ from: BigInt(10 + least), until: BigInt(11 + least) })
    expect(nextToRead(BigInt(11 + least), spans)).toEqual({ from: BigInt(11 + 2 * least), until: null })
  })
})
