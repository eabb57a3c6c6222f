import { isMadeAnew } from './topic-identity.ts'

/** An id that a topic name was seen with, and since when (milliseconds since the epoch). */
export type SeenTopicId = { readonly topicId: string; readonly firstSeenAtMs: number }

/**
 * When a topic was seen under another id than at the time of a death, in milliseconds since the epoch; null where
 * nothing proves it. Proof is that another id stood there before, and that today's was first seen after the death: a
 * topic of which Spillway has known only one id may be older than Spillway.
 */
export const madeAnewAt = (
  topicId: string | null,
  seen: readonly SeenTopicId[],
  diedAtMs: number,
): number | null => {
  const now = seen.find((one) => one.topicId === topicId)
  if (!now || now.firstSeenAtMs <= diedAtMs) return null
  const hadAnother = seen.some(
    (one) => one.firstSeenAtMs < now.firstSeenAtMs && isMadeAnew(one.topicId, topicId),
  )
  return hadAnother ? now.firstSeenAtMs : null
}

/** Clocks of producers and brokers are apart by less than this, in milliseconds. */
const clocksApartMs = 60_000

/** What speaks against a record being the one that died, where the topic's id proves nothing. */
export type OriginDoubt = 'other-time' | 'other-key' | 'written-after'

/**
 * Whether the record that stands at the origin's position now may be another one. `toldMs` is the origin's timestamp by
 * the letter's headers, which frameworks copy as it was.
 */
export const doubtOrigin = (record: {
  readonly toldMs: bigint | null
  readonly timestampMs: bigint
  readonly diedAtMs: number
  /** The time of death is that of the death, and not a guess. */
  readonly isDeathTimeSure: boolean
  /** The key of a letter that is gone was known, and is another one. */
  readonly isOtherKey?: boolean
}): OriginDoubt | null => {
  const { toldMs, timestampMs, diedAtMs, isDeathTimeSure, isOtherKey } = record
  if (isOtherKey) return 'other-key'
  if (toldMs !== null && toldMs >= 0n && timestampMs >= 0n)
    return toldMs === timestampMs ? null : 'other-time'
  return isDeathTimeSure && timestampMs > BigInt(diedAtMs + clocksApartMs) ? 'written-after' : null
}

/** Whether a record holds nothing of what died: pointer records of share groups (KIP-1191), letters written empty. */
export const lacksPayload = (record: {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}): boolean => record.key === null && record.value === null
