import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LagSample } from './lag-rates.ts'
import { bucketRange, lagPoints, lagTrend } from './lag-trend.ts'

const now = 1_800_000_000_000
const sample = (agoMs: number, end: number, committed: number): LagSample => ({
  atMs: now - agoMs,
  lag: BigInt(end - committed),
  endSum: BigInt(end),
  committedSum: BigInt(committed),
  members: 1,
  state: 'stable',
})

describe('the trend of a group', () => {
  it('sums topics by minute and leaves a gap where nothing was sampled', () => {
    const trend = lagTrend([[sample(130_000, 10, 4), sample(5_000, 10, 8)], [sample(5_000, 7, 0)]], now, 4)
    expect(trend).toEqual([null, 6, null, 9])
  })
})

describe('lag points', () => {
  it('are at most as many as asked, whatever the time range', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 1440 }), (minutes) => {
        const range = bucketRange(now, minutes, 360, 5_000)
        expect(lagPoints([], range).length).toBeLessThanOrEqual(360)
        expect(lagPoints([], range).length).toBeGreaterThan(0)
      }),
    )
  })

  it('have rates between neighbours, and none across a gap or a reset', () => {
    const range = { fromMs: now - 50_000, toMs: now, bucketMs: 10_000 }
    const points = lagPoints(
      [sample(45_000, 100, 50), sample(35_000, 200, 100), sample(15_000, 300, 100), sample(5_000, 310, 20)],
      range,
    )
    expect(points.map(({ lagMessages }) => lagMessages)).toEqual([50, 100, null, 200, 290])
    expect(points.map(({ producedPerSecond }) => producedPerSecond)).toEqual([null, 10, null, null, null])
    expect(points[1]?.consumedPerSecond).toBe(5)
  })
})
