import type { LagVerdict } from '#server/contracts/groups.ts'
import { isSteadyStep, type LagRates, type LagSample, ratesOf, recentSamples } from './lag-rates.ts'
import { sayCount, sayDuration, sayMany, sayRate } from './say-amounts.ts'

export type VerdictInput = {
  readonly group: string
  readonly topic: string
  /** In the order of time; a few minutes densely, older ones may be sparse. */
  readonly samples: readonly LagSample[]
  readonly nowMs: number
  /** Since when the group is known to have had no members, where that is earlier than the samples. */
  readonly memberlessSinceMs?: number | null
}

/** Samples older than this say what was, not what is. */
export const staleAfterMs = 30_000
/** Without progress for this long, with messages waiting and members there, a group counts as stalled. */
const stallAfterMs = 60_000
/** Lag that the group works off within this time is ordinary work. */
const ordinaryLagMs = 15_000
/** Lag that neither grows nor shrinks and is older than this is being behind, not keeping up. */
const acceptableLagMs = 60_000

/**
 * What the samples of one group on one topic mean, in words without clock times. Kinds in the order of urgency:
 * stopped, stalled, falling-behind, catching-up, keeping-up; unknown where samples do not allow a verdict.
 */
export const lagVerdict = (input: VerdictInput): LagVerdict => {
  const { group, topic, nowMs } = input
  const latest = input.samples.at(-1)
  if (!latest) return verdict('unknown', `${group} has not been sampled on ${topic} yet`)
  const recent = recentSamples(input.samples)
  const rates = ratesOf(recent)
  const lag = sayCount(latest.lag)
  const known = { lagChangePerSecond: rates?.lagChangePerSecond ?? null }
  if (nowMs - latest.atMs > staleAfterMs)
    return verdict(
      'unknown',
      `${group} has not been sampled for ${sayDuration(nowMs - latest.atMs)}; its lag on ${topic} was ${lag} then`,
      { sinceMs: latest.atMs },
    )
  const memberless = latest.members === 0 && (latest.state === 'empty' || latest.state === 'dead')
  if (latest.lag === 0n)
    return verdict(
      'keeping-up',
      memberless
        ? `${group} has no members, and nothing waits on ${topic}`
        : `${group} keeps up with ${topic}: nothing waits`,
      known,
    )
  if (memberless) return stopped(input, latest, known)
  if (!rates) return verdict('unknown', `${group} has a lag of ${lag} on ${topic}; its rate is not known yet`)
  return judgeWorking(input, latest, recent, rates)
}

const verdict = (
  kind: LagVerdict['kind'],
  sentence: string,
  more: Partial<Omit<LagVerdict, 'kind' | 'sentence'>> = {},
): LagVerdict => ({ kind, sentence, lagChangePerSecond: null, catchUpMs: null, sinceMs: null, ...more })

const stopped = (
  { group, topic, samples, nowMs, memberlessSinceMs }: VerdictInput,
  latest: LagSample,
  known: { lagChangePerSecond: number | null },
): LagVerdict => {
  const lastWithMembers = samples.findLastIndex(({ members }) => members > 0)
  const inSamples = samples[lastWithMembers + 1] ?? latest
  // Its end is seen in the samples, or somebody has looked further back.
  const exact = lastWithMembers >= 0 || memberlessSinceMs != null
  const sinceMs =
    lastWithMembers >= 0 ? inSamples.atMs : Math.min(memberlessSinceMs ?? inSamples.atMs, inSamples.atMs)
  const duration = sayDuration(nowMs - sinceMs)
  return verdict(
    'stopped',
    `${group} has stopped: no members for ${exact ? '' : 'at least '}${duration}, ${sayMany(latest.lag, 'message')} waiting on ${topic}`,
    { ...known, sinceMs },
  )
}

const judgeWorking = (
  { group, topic, samples, nowMs }: VerdictInput,
  latest: LagSample,
  recent: readonly LagSample[],
  rates: LagRates,
): LagVerdict => {
  const lag = sayCount(latest.lag)
  const { lagChangePerSecond, consumedPerSecond, producedPerSecond } = rates
  const known = { lagChangePerSecond }
  const idleSinceMs = lastProgressAt(samples)
  if (latest.atMs - idleSinceMs >= stallAfterMs) {
    const waiting = latest.state === 'rebalancing' ? ' while its members rebalance' : ''
    const growing = lagChangePerSecond > 0 ? `, growing ${sayRate(lagChangePerSecond)}` : ''
    return verdict(
      'stalled',
      `${group} has stalled on ${topic}: no progress for ${sayDuration(nowMs - idleSinceMs)}${waiting}, lag ${lag}${growing}`,
      { ...known, sinceMs: idleSinceMs },
    )
  }
  const workSeconds =
    consumedPerSecond > 0 ? Number(latest.lag) / consumedPerSecond : Number.POSITIVE_INFINITY
  const reachedEnd = recent.some(({ lag, atMs }) => lag === 0n && latest.atMs - atMs <= stallAfterMs)
  const ordinary =
    workSeconds * 1000 <= ordinaryLagMs ||
    (reachedEnd && Number(latest.lag) <= Math.max(10, (producedPerSecond * ordinaryLagMs) / 1000))
  if (ordinary) return verdict('keeping-up', `${group} keeps up with ${topic}: lag ${lag}`, known)

  // A change of less than this is the rhythm of commits and batches.
  const tolerance = Math.max(0.02, 0.03 * Math.max(producedPerSecond, consumedPerSecond))
  const rate = sayRate(lagChangePerSecond)
  if (lagChangePerSecond > tolerance)
    return verdict('falling-behind', `${group} falls behind on ${topic}: lag ${lag}, growing ${rate}`, {
      ...known,
      sinceMs: lastLowestAt(samples),
    })
  if (lagChangePerSecond < -tolerance) {
    const catchUpMs = Math.round((Number(latest.lag) / -lagChangePerSecond) * 1000)
    return verdict(
      'catching-up',
      `${group} catches up on ${topic}: lag ${lag}, shrinking ${rate}, done in about ${sayDuration(catchUpMs)}`,
      { ...known, catchUpMs },
    )
  }
  return workSeconds * 1000 <= acceptableLagMs
    ? verdict('keeping-up', `${group} keeps pace with ${topic}: lag ${lag}, steady`, known)
    : verdict('falling-behind', `${group} stays behind on ${topic}: lag ${lag}, steady`, {
        ...known,
        sinceMs: lastLowestAt(samples),
      })
}

/**
 * When the group last got on, or last had nothing to do, or was last lost from sight. Offsets that go back (a reset)
 * count as getting on: somebody has acted. In milliseconds since the epoch.
 */
const lastProgressAt = (samples: readonly LagSample[]): number => {
  for (let index = samples.length - 1; index > 0; index--) {
    const after = samples[index]
    const before = samples[index - 1]
    if (!after || !before) break
    if (after.lag === 0n || after.committedSum > before.committedSum || !isSteadyStep(before, after))
      return after.atMs
    if (before.members === 0 && after.members > 0) return after.atMs
  }
  return samples[0]?.atMs ?? 0
}

/** When lag was last as low as it has ever been in these samples: since then it has been behind. */
const lastLowestAt = (samples: readonly LagSample[]): number | null => {
  let lowest: LagSample | undefined
  for (const sample of samples) if (!lowest || sample.lag <= lowest.lag) lowest = sample
  return lowest?.atMs ?? null
}

const urgency = {
  stopped: 5,
  stalled: 4,
  'falling-behind': 3,
  'catching-up': 2,
  unknown: 1,
  'keeping-up': 0,
} as const satisfies Record<LagVerdict['kind'], number>

/** For sorting verdicts, most urgent first. */
export const byUrgency = (a: LagVerdict, b: LagVerdict): number => urgency[b.kind] - urgency[a.kind]

/** The verdict of a group over its topics: the most urgent one, of equals the first. */
export const worstVerdict = (verdicts: readonly LagVerdict[]): LagVerdict | undefined =>
  verdicts.reduce<LagVerdict | undefined>(
    (worst, one) => (worst && byUrgency(worst, one) <= 0 ? worst : one),
    undefined,
  )
