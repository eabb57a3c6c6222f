import type { LagHistory } from '#server/contracts/groups.ts'
import { isSteadyStep, type LagSample } from './lag-rates.ts'

/**
 * Lag of a group a minute over the last `minutes`, oldest first: the sum over its topics of the last sample in each
 * minute. Minutes without a sample are null. A sparkline draws numbers, so digits above 2^53 are lost here.
 */
export const lagTrend = (
  seriesOfTopics: readonly (readonly LagSample[])[],
  nowMs: number,
  minutes: number,
): (number | null)[] => {
  const trend: (number | null)[] = Array.from({ length: minutes }, () => null)
  for (const samples of seriesOfTopics) {
    const last = new Map<number, number>()
    for (const { atMs, lag } of samples) {
      const index = minutes - 1 - Math.floor((nowMs - atMs) / 60_000)
      if (index >= 0 && index < minutes) last.set(index, Number(lag))
    }
    for (const [index, lag] of last) trend[index] = (trend[index] ?? 0) + lag
  }
  return trend
}

/** A time range cut into buckets, all in milliseconds. The first bucket begins at `fromMs`. */
export type BucketRange = { readonly fromMs: number; readonly toMs: number; readonly bucketMs: number }

/** Cuts the last `minutes` into at most `limit` buckets of whole seconds, none shorter than `leastMs`. */
export const bucketRange = (nowMs: number, minutes: number, limit: number, leastMs: number): BucketRange => {
  const spanMs = minutes * 60_000
  const bucketMs = Math.max(leastMs, Math.ceil(spanMs / limit / 1000) * 1000)
  return { fromMs: nowMs - Math.floor(spanMs / bucketMs) * bucketMs, toMs: nowMs, bucketMs }
}

/**
 * Points of a lag chart, one a bucket, from the last sample of each bucket. A bucket without a sample is a point of
 * nulls: a gap, not zero. Rates are those since the previous bucket's sample, null across gaps and resets.
 */
export const lagPoints = (
  samples: readonly LagSample[],
  range: BucketRange,
): LagHistory['series'][number]['points'] => {
  const { fromMs, toMs, bucketMs } = range
  const byBucket = new Map<number, LagSample>()
  for (const sample of samples) byBucket.set(Math.floor((sample.atMs - fromMs) / bucketMs), sample)
  return Array.from({ length: Math.ceil((toMs - fromMs) / bucketMs) }, (_, bucket) => {
    const sample = byBucket.get(bucket)
    if (!sample)
      return {
        atMs: fromMs + bucket * bucketMs,
        lagMessages: null,
        producedPerSecond: null,
        consumedPerSecond: null,
      }
    const before = byBucket.get(bucket - 1)
    const steady = before && isSteadyStep(before, sample, 2 * bucketMs + 60_000)
    const perSecond = (count: bigint) => (Number(count) * 1000) / (sample.atMs - (before?.atMs ?? 0))
    return {
      atMs: sample.atMs,
      lagMessages: Number(sample.lag),
      producedPerSecond: steady ? perSecond(sample.endSum - before.endSum) : null,
      consumedPerSecond: steady ? perSecond(sample.committedSum - before.committedSum) : null,
    }
  })
}
