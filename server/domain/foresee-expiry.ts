/** When the first of a failure group goes, in milliseconds since the epoch; null: that does not follow from what is given. */
export type FirstExpiry = {
  readonly letter: number | null
  readonly origin: number | null
  readonly message: number | null
}

/** What is kept of a failure group's letters as a whole. */
export type GroupAges = {
  /** When its oldest letter died, and when the oldest of the messages was written; null: not known. */
  readonly oldestAtMs: number | null
  readonly oldestOriginAtMs: number | null
  /** Every letter tells where its message stands in the group's origin topic, and when it was written. */
  readonly allTellOrigin: boolean
  /** Its letters have no payload of their own. */
  readonly isPointer: boolean
}

const after = (nowMs: number, atMs: number | null, keptMs: number | null): number | null =>
  atMs !== null && keptMs !== null && atMs + keptMs > nowMs ? atMs + keptMs : null

/**
 * When the first letter, origin record and message of a failure group go, from its ages alone: that holds as long as its
 * oldest are still there, as those of most groups are. `letterMs` and `originMs` are how long they are kept, null for
 * ever or where topics differ. A message is lost with the later of letter and origin record, a pointer's with the sooner;
 * of a group in which one letter is the oldest and another's message, the countdown ends no later than it should.
 */
export const foreseeExpiry = (
  { oldestAtMs, oldestOriginAtMs, allTellOrigin, isPointer }: GroupAges,
  letterMs: number | null,
  originMs: number | null,
  nowMs: number,
): FirstExpiry => {
  const letter = after(nowMs, oldestAtMs, letterMs)
  const origin = after(nowMs, oldestOriginAtMs, originMs)
  if (letter === null) return { letter, origin, message: null }
  if (isPointer) return { letter, origin, message: origin === null ? null : Math.min(letter, origin) }
  if (!allTellOrigin || oldestOriginAtMs === null || originMs === null)
    return { letter, origin, message: null }
  return { letter, origin, message: Math.max(letter, oldestOriginAtMs + originMs) }
}
