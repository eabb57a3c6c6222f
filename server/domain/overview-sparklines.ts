import type { Overview } from '#server/contracts/overview.ts'

type Numbers = (number | null)[]

const minutes = 60
/** Rounds further apart than this tell nothing of the time between them, in milliseconds. */
const maxGapMs = 90_000

/** One round of samples summed up; `series` is how many sums went in. */
export type RoundTotal = { readonly atMs: number; readonly sum: bigint; readonly series: number }

const slotOf = (atMs: number, nowMs: number): number => minutes - 1 - Math.floor((nowMs - atMs) / 60_000)

/**
 * Messages a second between neighbouring rounds, by minute. Null where nobody looked, where topics or groups came or
 * went in between, and where the total went back (a reset, a topic made anew).
 */
const ratesBetween = (rounds: readonly RoundTotal[], nowMs: number): Numbers => {
  const rates: Numbers = Array.from({ length: minutes }, () => null)
  for (const [index, after] of rounds.entries()) {
    const before = rounds[index - 1]
    const slot = slotOf(after.atMs, nowMs)
    if (!before || slot < 0 || slot >= minutes) continue
    const elapsedMs = after.atMs - before.atMs
    if (elapsedMs <= 0 || elapsedMs > maxGapMs || before.series !== after.series || after.sum < before.sum)
      continue
    rates[slot] = (Number(after.sum - before.sum) * 1000) / elapsedMs
  }
  return rates
}

const lagByMinute = (rounds: readonly (RoundTotal & { readonly lag: bigint })[], nowMs: number): Numbers => {
  const points: Numbers = Array.from({ length: minutes }, () => null)
  for (const { atMs, lag } of rounds) {
    const slot = slotOf(atMs, nowMs)
    if (slot >= 0 && slot < minutes) points[slot] = Number(lag)
  }
  return points
}

export type SparklineFacts = {
  readonly nowMs: number
  /** One round a minute, in the order of time: what all groups have committed, and what waits for them. */
  readonly lagTotals: readonly (RoundTotal & { readonly lag: bigint })[]
  /** One round a minute, in the order of time: the end offsets of all topics. */
  readonly endTotals: readonly RoundTotal[]
  /** One a failure group: 60 counts. */
  readonly deaths: readonly (readonly number[])[]
}

/** The four lines under the map, one point a minute over the last hour, oldest first; null where nobody looked. */
export const makeSparklines = (facts: SparklineFacts): Overview['data']['sparklines'] => [
  { name: 'produced', unit: 'messages/s', points: ratesBetween(facts.endTotals, facts.nowMs) },
  { name: 'consumed', unit: 'messages/s', points: ratesBetween(facts.lagTotals, facts.nowMs) },
  {
    name: 'deaths',
    unit: 'dead letters/min',
    points: Array.from({ length: minutes }, (_, index) =>
      facts.deaths.reduce((sum, counts) => sum + (counts[index] ?? 0), 0),
    ),
  },
  { name: 'lag', unit: 'messages', points: lagByMinute(facts.lagTotals, facts.nowMs) },
]
