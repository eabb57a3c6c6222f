import type { Overview } from '#server/contracts/overview.ts'
import { sayDuration } from './say-amounts.ts'

type Source = Overview['data']['freshness'][number]
export type SourceName = Source['source']

/** After this long without a good run a source is not fresh any more, in milliseconds. */
export const freshnessLimitsMs = {
  worker: 12_000,
  broker: 20_000,
  'lag-sampling': 20_000,
  'dead-letter-index': 30_000,
  'span-intake': 20_000,
} as const satisfies Record<SourceName, number>

/** What is known of one source. `ageMs` is the time since its last good run, null when there never was one. */
export type SourceState = {
  readonly lastGoodAtMs: number | null
  readonly ageMs: number | null
  readonly detail: string
  readonly failing: boolean
}

const never: SourceState = { lastGoodAtMs: null, ageMs: null, detail: '', failing: false }

/** Whether a source last worked longer ago than its limit allows, or never. */
export const isStale = (source: SourceName, ageMs: number | null): boolean =>
  ageMs === null || ageMs > freshnessLimitsMs[source]

/** Judges every source against its limit. A source without any state has never run, and is stale. */
export const judgeFreshness = (states: Partial<Record<SourceName, SourceState>>): readonly Source[] =>
  (Object.keys(freshnessLimitsMs) as SourceName[]).map((source) => {
    const { lastGoodAtMs, ageMs, detail } = states[source] ?? never
    const limitMs = freshnessLimitsMs[source]
    const stale = isStale(source, ageMs)
    const since = ageMs === null ? 'has not run yet' : `last worked ${sayDuration(ageMs)} ago`
    return {
      source,
      lastGoodAt: lastGoodAtMs,
      limitMs,
      stale,
      detail: stale ? [since, detail].filter(Boolean).join(': ') : detail,
    }
  })
