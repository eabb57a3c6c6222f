import type { FailureGroupEvidence } from '#server/contracts/failure-group-evidence.ts'
import { sayCount, sayDuration, sayMany } from './say-amounts.ts'

/** What is known of a failure since its last deploy. Times in milliseconds since the epoch. */
export type FixFacts = {
  readonly nowMs: number
  readonly mark: { readonly atMs: number; readonly text: string } | null
  readonly deathsSince: number
  readonly lastDeathMs: number
  /** Deaths in so much time before the mark. */
  readonly before: { readonly deaths: number; readonly ms: number }
  /** Whether the index has read all letters, a moment ago. */
  readonly isIndexed: boolean
  /** What the samples say of the consumer group; null: nothing. */
  readonly consumer: { readonly kind: string; readonly sentence: string } | null
  /** Copies of its letters sent since the mark: those that settled, died of its error again, or of another one. */
  readonly copies: { readonly settled: number; readonly returned: number; readonly returnedOtherwise: number }
}
type Fix = Pick<FailureGroupEvidence['fix'], 'verdict' | 'sentence' | 'points'>
type Point = Fix['points'][number]

/** With so many deaths to be expected, none at all is an accident once in twenty times. */
const enough = 3

/**
 * Whether a failure looks fixed. Silence counts only when letters would have been seen, when somebody reads, and when
 * it has lasted as long as three deaths would have taken at the rate before.
 */
export const judgeFix = (facts: FixFacts): Fix => {
  const { mark, nowMs, deathsSince, lastDeathMs, before, isIndexed, consumer, copies } = facts
  if (mark === null)
    return {
      verdict: 'no-mark',
      sentence: 'No deploy is marked, so nothing tells new deaths from old ones. When did the fix go out?',
      points: consumerPoints(consumer),
    }
  const quietMs = Math.max(0, nowMs - mark.atMs)
  const expected = before.ms > 0 ? (before.deaths / before.ms) * quietMs : 0
  const since = `since ${mark.text}`
  const points: Point[] = [
    {
      holds: deathsSince === 0 ? (expected >= enough ? true : null) : false,
      text:
        deathsSince === 0
          ? `No death ${since}, ${sayDuration(quietMs)} ago; at the rate before it would have been ${sayCount(Math.round(expected))}.`
          : `${sayMany(deathsSince, 'death')} ${since}, the last ${sayDuration(nowMs - lastDeathMs)} ago.`,
      source: 'dead-letter index and marks',
    },
    {
      holds: isIndexed ? true : null,
      text: isIndexed
        ? 'All letters are indexed.'
        : 'Not all letters are indexed: there may be deaths not yet seen.',
      source: 'dead-letter index',
    },
    ...consumerPoints(consumer),
  ]
  const { settled, returned, returnedOtherwise } = copies
  if (settled + returned + returnedOtherwise > 0)
    points.push({
      holds: returned > 0 ? false : settled > 0 ? true : null,
      text: `Of its letters replayed ${since} ${sayCount(settled)} settled, ${sayCount(returned)} returned with this error and ${sayCount(returnedOtherwise)} with another.`,
      source: 'replays',
    })
  const say = (verdict: Fix['verdict'], sentence: string): Fix => ({ verdict, sentence, points })
  if (deathsSince > 0 || returned > 0) return say('still-dying', `Not fixed: it still dies ${since}.`)
  if (!isIndexed) return say('unknown', 'Not known: the index has not read all letters.')
  if (consumer !== null && isNotReading(consumer.kind))
    return say('unknown', 'Not known: nobody reads, so nothing can die.')
  if (settled > 0)
    return say(
      'quiet',
      returnedOtherwise === 0
        ? `Looks fixed: replayed letters settled, and none died ${since}.`
        : `Looks fixed: replayed letters settled, and none died of it ${since}. ${sayCount(returnedOtherwise)} returned with another error.`,
    )
  if (returnedOtherwise > 0)
    return say(
      'unknown',
      `Not known: its letters replayed ${since} die of another error now, perhaps before they come to where this one was.`,
    )
  if (expected < enough) {
    const neededMs = before.deaths === 0 ? null : (enough * before.ms) / before.deaths - quietMs
    return say(
      'too-early',
      neededMs === null
        ? 'Too early to say: it did not die in the day before, either. A replay of a few letters would tell.'
        : `Too early to say: at the rate before, silence means something in ${sayDuration(neededMs)}. A replay of a few letters tells sooner.`,
    )
  }
  return say('quiet', `Looks fixed: none died ${since}.`)
}

const isNotReading = (kind: string): boolean => kind === 'stalled' || kind === 'stopped'

const consumerPoints = (consumer: FixFacts['consumer']): Point[] => [
  consumer === null
    ? { holds: null, text: 'Nothing was sampled of its consumer group.', source: 'lag samples' }
    : { holds: !isNotReading(consumer.kind), text: `${consumer.sentence}.`, source: 'lag samples' },
]
