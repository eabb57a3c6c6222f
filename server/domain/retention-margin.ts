import { sayDuration, sayMany } from './say-amounts.ts'

/** How far a group is from losing messages of one topic that it has not read yet. */
export type RetentionMargin = {
  /** Time of the oldest message that is not read yet, as the record says; null when nothing waits or it is not known. */
  readonly oldestUnreadMs: number | null
  /** When, at the present rates, the first unread message may be deleted; null when that does not come or is not known. */
  readonly lossAtMs: number | null
  /** Messages deleted before the group read them. */
  readonly lostMessages: bigint
  readonly sentence: string
}

export type MarginInput = {
  readonly group: string
  readonly topic: string
  readonly lag: bigint
  readonly oldestUnreadMs: number | null
  /** Offsets below the start of the log that the group had not committed yet. */
  readonly lostMessages: bigint
  /** How long the topic keeps messages; null: without a limit of time. Undefined: not known. */
  readonly retentionMs: number | null | undefined
  /** Of the samples; null where they allow none. */
  readonly rates: { readonly producedPerSecond: number; readonly consumedPerSecond: number } | null
  readonly nowMs: number
}

/**
 * When a group loses data at the present rates. While it reads c of p messages a second, its oldest unread message ages
 * by 1 − c/p seconds a second; data may go when that age reaches the retention. Kafka deletes whole segments, so the
 * time is the earliest; a limit by size may delete sooner and is not in it.
 */
export const retentionMargin = (input: MarginInput): RetentionMargin => {
  const { group, topic, lag, oldestUnreadMs, lostMessages, retentionMs, nowMs } = input
  const answer = (sentence: string, lossAtMs: number | null = null): RetentionMargin => ({
    oldestUnreadMs: lag > 0n ? oldestUnreadMs : null,
    lossAtMs,
    lostMessages,
    sentence,
  })
  if (lostMessages > 0n)
    return answer(
      `${sayMany(lostMessages, 'message')} of ${topic} ${lostMessages === 1n ? 'was' : 'were'} deleted before ${group} read ${lostMessages === 1n ? 'it' : 'them'}`,
      lag > 0n ? nowMs : null,
    )
  if (lag === 0n) return answer(`nothing of ${topic} waits, so nothing can be lost`)
  if (retentionMs === undefined) return answer(`how long ${topic} keeps its messages is not known`)
  if (retentionMs === null) return answer(`${topic} keeps its messages without a limit of time`)
  if (oldestUnreadMs === null) return answer(`the age of the oldest unread message of ${topic} is not known`)
  const ageMs = Math.max(0, nowMs - oldestUnreadMs)
  const facts = `the oldest unread message of ${topic} is ${sayDuration(ageMs)} old, the topic keeps ${sayDuration(retentionMs)}`
  if (ageMs >= retentionMs) return answer(`data of ${topic} is being lost now: ${facts}`, nowMs)
  const agesBy = agesPerSecond(input.rates)
  if (agesBy <= 0) return answer(`at this rate nothing is lost: ${facts}`)
  const leftMs = Math.round((retentionMs - ageMs) / agesBy)
  return answer(
    `at this rate data is lost in ${sayDuration(leftMs)} at the earliest: ${facts}`,
    nowMs + leftMs,
  )
}

/** By how much the oldest unread message ages each second. A group whose rates are not known counts as standing. */
const agesPerSecond = (rates: MarginInput['rates']): number => {
  if (!rates || rates.consumedPerSecond <= 0) return 1
  if (rates.producedPerSecond <= 0) return 0
  return Math.max(0, 1 - rates.consumedPerSecond / rates.producedPerSecond)
}

/** The topic of a group that loses data first; of those that lose none, the one whose oldest unread message is oldest. */
export const firstLoss = (margins: readonly RetentionMargin[]): RetentionMargin | null =>
  margins.toSorted(
    (a, b) =>
      Number(b.lostMessages > 0n) - Number(a.lostMessages > 0n) ||
      (a.lossAtMs ?? Number.MAX_SAFE_INTEGER) - (b.lossAtMs ?? Number.MAX_SAFE_INTEGER) ||
      (a.oldestUnreadMs ?? Number.MAX_SAFE_INTEGER) - (b.oldestUnreadMs ?? Number.MAX_SAFE_INTEGER),
  )[0] ?? null
