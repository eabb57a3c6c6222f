import type { Overview } from '#server/contracts/overview.ts'
import { isSteadyStep, type LagSample } from './lag-rates.ts'
import { lagTrend } from './lag-trend.ts'

type Numbers = (number | null)[]

const minutes = 60

/** Sums by minute; a minute in which nobody told anything stays null. */
const addUp = (rows: readonly (readonly (number | null)[])[]): Numbers =>
  Array.from({ length: minutes }, (_, index) =>
    rows.reduce<number | null>((sum, row) => {
      const one = row[index]
      return one == null ? sum : (sum ?? 0) + one
    }, null),
  )

/** Messages a second between the ends of neighbouring minutes, from 61 end offsets, oldest first. */
const producedOf = (ends: readonly (bigint | null)[]): Numbers =>
  ends.slice(1).map((end, index) => {
    const before = ends[index]
    return end == null || before == null || end < before ? null : Number(end - before) / 60
  })

/** Messages a second by minute. Samples are at least one a minute, in the order of time. */
const consumedOf = (samples: readonly LagSample[], nowMs: number): Numbers => {
  const counts: Numbers = Array.from({ length: minutes }, () => null)
  for (const [index, after] of samples.entries()) {
    const before = samples[index - 1]
    const slot = minutes - 1 - Math.floor((nowMs - after.atMs) / 60_000)
    if (!before || slot < 0 || slot >= minutes || !isSteadyStep(before, after, 90_000)) continue
    counts[slot] = (counts[slot] ?? 0) + Number(after.committedSum - before.committedSum) / 60
  }
  return counts
}

export type SparklineFacts = {
  readonly nowMs: number
  /** One a group and topic. */
  readonly lagSeries: readonly (readonly LagSample[])[]
  /** One a topic: 61 end offsets at the ends of the last minutes, oldest first. */
  readonly topicEnds: readonly (readonly (bigint | null)[])[]
  /** One a failure group: 60 counts. */
  readonly deaths: readonly (readonly number[])[]
}

/** The four lines under the map, one point a minute over the last hour, oldest first; null where nobody looked. */
export const makeSparklines = (facts: SparklineFacts): Overview['data']['sparklines'] => [
  { name: 'produced', unit: 'messages/s', points: addUp(facts.topicEnds.map(producedOf)) },
  {
    name: 'consumed',
    unit: 'messages/s',
    points: addUp(facts.lagSeries.map((samples) => consumedOf(samples, facts.nowMs))),
  },
  {
    name: 'deaths',
    unit: 'dead letters/min',
    points: Array.from({ length: minutes }, (_, index) =>
      facts.deaths.reduce((sum, counts) => sum + (counts[index] ?? 0), 0),
    ),
  },
  { name: 'lag', unit: 'messages', points: lagTrend(facts.lagSeries, facts.nowMs, minutes) },
]
