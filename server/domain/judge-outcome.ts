import type { Outcome } from '#server/contracts/replays.ts'

/** What is known of a sent copy. Times in milliseconds since the epoch. */
export type Evidence = {
  readonly outcome: Outcome
  readonly targetOffset: bigint | null
  readonly sentAtMs: number
  /** When the evidence for the present outcome was found. */
  readonly outcomeAtMs: number
  /** What the group has committed on the copy's partition; null when it has committed nothing there. */
  readonly committed: bigint | null
  /**
   * The latest retry topic in which the copy was seen since it was sent: whether that is news, and whether it was
   * consumed there, too.
   */
  readonly retry: { readonly isNew: boolean; readonly isConsumed: boolean } | null
  /** Whether all that stands in the target's retry topics was looked through just now. */
  readonly retriesRead: boolean
  /** The copy died again. */
  readonly returned: {
    readonly errorClass: string | null
    readonly sameError: boolean
    readonly topic: string
  } | null
  /**
   * What the process spans of the groups that count tell, at the place where the copy stood last. `isProcessed`: every
   * group that has not committed past it keeps no offset there and has a clean span of it. `hasFailed`: the newest span
   * ended with an error. `hasSentOn`: its trace sent something into the chain then, which no known record explains.
   */
  readonly processing: {
    readonly isProcessed: boolean
    readonly hasFailed: boolean
    readonly hasSentOn: boolean
  }
  /** Dead letters have been indexed up to this time; null when not known. */
  readonly indexedUntilMs: number | null
  /** The copy went to another connection, whose dead letters may never be indexed: that is not waited for for ever. */
  readonly isIndexDoubtful?: boolean
}

export type Timing = { readonly nowMs: number; readonly quietMs: number; readonly giveUpMs: number }
export type Judgement = {
  readonly outcome: Outcome
  readonly because:
    | 'returned'
    | 'retrying'
    | 'retried'
    | 'consumed'
    | 'processed'
    | 'settled'
    | 'failed-span'
    | 'sent-on'
    | 'not-indexed'
    | 'unknown'
}

/**
 * What became of a copy, or null when nothing new is known. "The group has committed past it" is not success: frameworks
 * commit past what they move to a retry or dead-letter topic. A copy is settled when it was consumed (in its retry topic,
 * if it went there, and none of them is unread), has not died again for the quiet period, and the index has read dead
 * letters until after that. A span alone never settles: it stands in for a commit that the group does not keep, and one
 * that ended with an error, or whose trace sent something into the chain, keeps a copy from being settled.
 */
export const judgeOutcome = (evidence: Evidence, { nowMs, quietMs, giveUpMs }: Timing): Judgement | null => {
  const { outcome, targetOffset, committed, returned, retry, retriesRead, processing, indexedUntilMs } =
    evidence
  if (returned) return { outcome: 'RETURNED', because: 'returned' }
  if (retry?.isNew) return { outcome: 'RETRYING', because: 'retrying' }
  if (outcome === 'RETRYING') {
    // Not found in a retry topic now says nothing: it may not have been looked for far enough.
    if (retry?.isConsumed) return { outcome: 'CONSUMED', because: 'retried' }
    return nowMs - evidence.outcomeAtMs > giveUpMs ? { outcome: 'UNKNOWN', because: 'unknown' } : null
  }
  const isConsumed = committed !== null && targetOffset !== null && committed > targetOffset
  if (outcome === 'SENT' && isConsumed) return { outcome: 'CONSUMED', because: 'consumed' }
  if (outcome === 'SENT' && targetOffset !== null && processing.isProcessed)
    return { outcome: 'CONSUMED', because: 'processed' }
  if (outcome === 'CONSUMED') {
    const quietUntilMs = evidence.outcomeAtMs + quietMs
    const isIndexed = indexedUntilMs !== null && indexedUntilMs >= quietUntilMs
    const isGivenUp = evidence.isIndexDoubtful && nowMs > quietUntilMs + giveUpMs
    if (isGivenUp && !isIndexed) return { outcome: 'UNKNOWN', because: 'not-indexed' }
    if (nowMs < quietUntilMs || !isIndexed || !retriesRead) return null
    if (processing.hasFailed) return { outcome: 'UNKNOWN', because: 'failed-span' }
    return processing.hasSentOn
      ? { outcome: 'UNKNOWN', because: 'sent-on' }
      : { outcome: 'SETTLED', because: 'settled' }
  }
  if (outcome === 'SENT' && nowMs - evidence.sentAtMs > giveUpMs)
    return { outcome: 'UNKNOWN', because: 'unknown' }
  return null
}
