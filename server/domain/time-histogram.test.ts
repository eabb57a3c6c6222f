import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseEdges, countTimes, estimateCounts } from './time-histogram.ts'

const hour = 3_600_000
const times = fc.integer({ min: 0, max: 4_000_000_000_000 })
const spans = fc.tuple(times, times).map(([a, b]) => ({ since: Math.min(a, b), until: Math.max(a, b) }))

describe('edges of a histogram', () => {
  it('rise from the first time to the last, and are never more than asked for', () => {
    fc.assert(
      fc.property(spans, fc.integer({ min: 1, max: 200 }), ({ since, until }, most) => {
        const edges = chooseEdges(since, until, most)
        expect(edges[0]).toBe(since)
        expect(edges.at(-1)).toBe(Math.max(until, since + 1))
        expect(edges.length - 1).toBeLessThanOrEqual(most)
        for (const [index, edge] of edges.entries())
          if (index > 0) expect(edge).toBeGreaterThan(edges[index - 1] ?? 0)
      }),
    )
  })

  it('stand at whole minutes, hours or days', () => {
    const since = Date.UTC(2026, 10, 21, 3, 17, 11)
    const inner = (untilMs: number) => chooseEdges(since, untilMs, 60).slice(1, -1)
    expect(inner(since + hour).every((edge) => edge % 120_000 === 0)).toBe(true)
    expect(inner(since + 24 * hour).every((edge) => edge % (30 * 60_000) === 0)).toBe(true)
    expect(inner(since + 30 * 24 * hour).every((edge) => edge % (12 * hour) === 0)).toBe(true)
  })
})

/** A partition as a broker holds it: times by offset, some offsets emptied by compaction. */
const partitions = fc.array(
  fc.record({
    start: fc.bigInt({ min: 0n, max: 1_000n }),
    times: fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 60 }),
  }),
  { maxLength: 4 },
)
/** What the broker's index answers: the first offset of that time or later, or the end. */
const offsetsOf = (start: bigint, held: readonly number[], edges: readonly number[]) =>
  edges.map((edge) => {
    const found = held.findIndex((time) => time >= edge)
    return start + BigInt(found < 0 ? held.length : found)
  })

describe('counts by time', () => {
  const edges = chooseEdges(10_000, 90_000, 20)
  const buckets = edges.length - 1

  it('from offsets are those of the messages where times rise with offsets', () => {
    fc.assert(
      fc.property(partitions, (all) => {
        const rising = all.map((one) => ({ ...one, times: [...one.times].sort((a, b) => a - b) }))
        const estimated = estimateCounts(
          buckets,
          rising.map(({ start, times: held }) => ({ offsets: offsetsOf(start, held, edges) })),
        )
        const naive = edges
          .slice(0, -1)
          .map((from, index) =>
            BigInt(
              rising.flatMap(({ times: held }) =>
                held.filter((time) => time >= from && time < (edges[index + 1] ?? 0)),
              ).length,
            ),
          )
        expect(estimated).toEqual(naive)
        expect(
          countTimes(
            edges,
            rising.flatMap(({ times: held }) => held.map(BigInt)),
          ),
        ).toEqual(naive)
      }),
    )
  })

  it('from offsets are never below zero, and together the distance of the outer edges, whatever the times', () => {
    fc.assert(
      fc.property(partitions, (all) => {
        const offsets = all.map(({ start, times: held }) => offsetsOf(start, held, edges))
        const estimated = estimateCounts(
          buckets,
          offsets.map((one) => ({ offsets: one })),
        )
        expect(estimated.every((count) => count >= 0n)).toBe(true)
        expect(estimated.reduce((sum, count) => sum + count, 0n)).toBe(
          offsets.reduce((sum, one) => sum + ((one.at(-1) ?? 0n) - (one[0] ?? 0n)), 0n),
        )
      }),
    )
  })

  it('of times outside are left out, and a time at an edge counts after it', () => {
    expect(countTimes([10, 20, 30], [9n, 10n, 19n, 20n, 29n, 30n])).toEqual([2n, 2n])
  })
})
