/** What a replay may send at most a second; null: no limit of that kind. */
export type Pace = { readonly copiesPerSecond: number; readonly bytesPerSecond: number | null }

/** Copies of about this long are sent in one batch, so that they come evenly and Stop and Pause take effect soon. */
const batchMs = 200
/** Far from its brokers a batch takes longer than that: it holds as much more, up to this, or the pace would not be kept. */
const longestBatchMs = 2_000

/** How long a batch uses the pace up, in milliseconds: the slower of its two limits. */
export const takesMs = (
  { copiesPerSecond, bytesPerSecond }: Pace,
  batch: { readonly copies: number; readonly bytes: number },
): number =>
  Math.max(
    (batch.copies / copiesPerSecond) * 1_000,
    bytesPerSecond === null ? 0 : (batch.bytes / bytesPerSecond) * 1_000,
  )

/**
 * When the next batch may begin, after one that began at `startedAtMs` while `freeAtMs` allowed it. A bucket that starts
 * full with one batch and is never filled beyond it: over any stretch of time, what begins in it is at most the rate
 * times its length and one batch more.
 */
export const nextFreeAt = (
  pace: Pace,
  freeAtMs: number,
  startedAtMs: number,
  batch: { readonly copies: number; readonly bytes: number },
): number => Math.max(freeAtMs, startedAtMs) + takesMs(pace, batch)

/**
 * How much one batch may hold at most, at least one copy: no more than two tenths of a second of the pace, or than what
 * the pace allows in the time that the last one took (`tookMs`, null: there was none), up to two seconds.
 */
export const batchLimits = (
  { copiesPerSecond, bytesPerSecond }: Pace,
  most: { readonly copies: number; readonly bytes: number },
  tookMs: number | null,
): { readonly copies: number; readonly bytes: number } => {
  const seconds = Math.min(longestBatchMs, Math.max(batchMs, tookMs ?? 0)) / 1_000
  const within = (perSecond: number, limit: number) =>
    Math.max(1, Math.min(limit, Math.round(perSecond * seconds)))
  return {
    copies: within(copiesPerSecond, most.copies),
    bytes: bytesPerSecond === null ? Math.max(1, most.bytes) : within(bytesPerSecond, most.bytes),
  }
}
