/** How far a group had read a topic at one moment. */
export type LagSample = {
  readonly atMs: number
  readonly lag: bigint
  /** Sums over the partitions that the group has committed. */
  readonly endSum: bigint
  readonly committedSum: bigint
  readonly members: number
  readonly state: string
}

/** Messages a second, over the time that the samples cover without gaps and resets. */
export type LagRates = {
  readonly producedPerSecond: number
  readonly consumedPerSecond: number
  /** Negative when lag shrinks. */
  readonly lagChangePerSecond: number
  readonly coveredMs: number
}

/** Longer than this between two samples, nobody knows what happened: a gap, not a rate. In milliseconds. */
export const maxGapMs = 60_000

/** Rates are taken over this much time, long enough for consumers that commit every few seconds. In milliseconds. */
const rateWindowMs = 120_000

/** The samples, in the order of time, that the rates of now are taken from. */
export const recentSamples = (samples: readonly LagSample[]): readonly LagSample[] => {
  const latestMs = samples.at(-1)?.atMs ?? 0
  return samples.filter(({ atMs }) => atMs >= latestMs - rateWindowMs)
}

/** Two samples that follow each other without a gap and without offsets going back (a reset, a topic made anew). */
export const isSteadyStep = (
  before: Pick<LagSample, 'atMs' | 'endSum' | 'committedSum'>,
  after: Pick<LagSample, 'atMs' | 'endSum' | 'committedSum'>,
  gapMs = maxGapMs,
): boolean =>
  after.atMs > before.atMs &&
  after.atMs - before.atMs <= gapMs &&
  after.endSum >= before.endSum &&
  after.committedSum >= before.committedSum

/** Rates over samples in the order of time. Null when no two of them follow each other steadily. */
export const ratesOf = (samples: readonly LagSample[], gapMs = maxGapMs): LagRates | null => {
  let produced = 0n
  let consumed = 0n
  let grown = 0n
  let coveredMs = 0
  for (const [index, after] of samples.entries()) {
    const before = samples[index - 1]
    if (!before || !isSteadyStep(before, after, gapMs)) continue
    produced += after.endSum - before.endSum
    consumed += after.committedSum - before.committedSum
    grown += after.lag - before.lag
    coveredMs += after.atMs - before.atMs
  }
  if (coveredMs === 0) return null
  const perSecond = (count: bigint) => (Number(count) * 1000) / coveredMs
  return {
    producedPerSecond: perSecond(produced),
    consumedPerSecond: perSecond(consumed),
    lagChangePerSecond: perSecond(grown),
    coveredMs,
  }
}

/** The rates of a group whose last member has left: what comes waits from now on. */
export const withoutReaders = (rates: LagRates): LagRates => ({
  ...rates,
  consumedPerSecond: 0,
  lagChangePerSecond: rates.producedPerSecond,
})
