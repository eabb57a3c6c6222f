import type { TopicName } from '#server/contracts/scalars.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Isolation, RawMessage, SealedMessage } from '#server/ports/raw-message.ts'
import type { BatchStanding } from './aborted-transactions.ts'

/** Offsets wanted of one partition: from `from` (inclusive) to `to` (exclusive). */
export type Range = {
  readonly topic: TopicName
  /** The topic that is meant, when it is known: one of the same name that was made anew is another. */
  readonly topicId: string | null
  readonly partition: number
  readonly from: bigint
  readonly to: bigint
  /** How much to ask for at a time. A batch that is larger comes all the same. */
  readonly bytes: number
  /** How it is asked for: `committed` comes with the aborted transactions told, and ends at the last stable offset. */
  readonly level: Isolation
}

/** Offsets that were there no longer: from `from` (inclusive) to `to` (exclusive). */
export type Lost = { readonly from: bigint; readonly to: bigint }

export type RangeRead = {
  readonly partition: number
  readonly messages: readonly RawMessage[]
  /** Those that were taken as they stand. */
  readonly sealed: readonly SealedMessage[]
  /** The next offset to read; at least the range's end when it was read whole. */
  readonly next: bigint
  /** Records looked at in the range. */
  readonly scanned: number
  readonly bytes: number
  readonly largestBatchBytes: number
  /** What an offset weighed in the whole batches that came; null when none came. */
  readonly bytesPerOffset: number | null
  /** Newest timestamp in the lower half of the range, by the heads of its batches; null when there were none. */
  readonly newestBelowMs: bigint | null
  /** Oldest timestamp in the range, likewise. */
  readonly oldestMs: bigint | null
  /** Newest timestamp in the range that does not lie in the future, likewise. */
  readonly reachedMs: bigint | null
  /** Every batch that came carries the broker's time. */
  readonly isLogAppend: boolean
  readonly lost: Lost | null
  /** What stood at `from`, where it was no record to take. */
  readonly standingAtFrom: Exclude<BatchStanding, 'taken'> | null
  readonly error: BrokerError | null
}

/** So that an estimate that is right but for a few bytes does not cost a request more. */
const headroom = 16 * 1024

/** How far the reading of one range has come. Changed by each answer. */
export type Progress = {
  readonly range: Range
  readonly messages: RawMessage[]
  readonly sealed: SealedMessage[]
  next: bigint
  scanned: number
  bytes: number
  askBytes: number
  largestBatchBytes: number
  batchBytes: number
  batchOffsets: bigint
  newestBelowMs: bigint | null
  oldestMs: bigint | null
  reachedMs: bigint | null
  isLogAppend: boolean
  lost: Lost | null
  standingAtFrom: Exclude<BatchStanding, 'taken'> | null
  error: BrokerError | null
  staleTries: number
  /** Answers in a row that did not come. */
  losses: number
  /** Answers in a row that brought nothing whole because others took the room. */
  stalls: number
  /** Answers in a row that brought nothing although the partition was first and has more. */
  empties: number
  done: boolean
}

/** A range of which nothing is read yet. */
export const begin = (range: Range): Progress => ({
  range,
  messages: [],
  sealed: [],
  next: range.from,
  scanned: 0,
  bytes: 0,
  askBytes: range.bytes,
  largestBatchBytes: 0,
  batchBytes: 0,
  batchOffsets: 0n,
  newestBelowMs: null,
  oldestMs: null,
  reachedMs: null,
  isLogAppend: true,
  lost: null,
  standingAtFrom: null,
  error: null,
  staleTries: 0,
  losses: 0,
  stalls: 0,
  empties: 0,
  done: range.from >= range.to,
})

/** What a range's reading came to. */
export const reportOf = ({ range, messages, next, scanned, bytes, error, ...rest }: Progress): RangeRead => ({
  partition: range.partition,
  messages,
  sealed: rest.sealed,
  next,
  scanned,
  bytes,
  error,
  largestBatchBytes: rest.largestBatchBytes,
  bytesPerOffset: rest.batchOffsets === 0n ? null : rest.batchBytes / Number(rest.batchOffsets),
  newestBelowMs: rest.newestBelowMs,
  oldestMs: rest.oldestMs,
  reachedMs: rest.reachedMs,
  isLogAppend: rest.isLogAppend,
  lost: rest.lost,
  standingAtFrom: rest.standingAtFrom,
})

/** Bytes fetched and records looked at, of several ranges together. */
export const sumOf = (all: readonly Progress[]) => ({
  bytes: all.reduce((sum, one) => sum + one.bytes, 0),
  scanned: all.reduce((sum, one) => sum + one.scanned, 0),
})

/** What the rest of several ranges weighs, by what came of them; 0 where nothing did. */
export const restOf = (all: readonly Progress[]): number => {
  const bytes = all.reduce((sum, one) => sum + one.batchBytes, 0)
  const offsets = all.reduce((sum, one) => sum + one.batchOffsets, 0n)
  const rest = all.reduce((sum, { range, next, done }) => (done ? sum : sum + range.to - next), 0n)
  return offsets === 0n ? 0 : Number(rest) * (bytes / Number(offsets))
}

/** Never beyond the range: a batch may have been written after its end was asked for, and is left to the next reading. */
export const goOnFrom = (one: Progress, next: bigint, end: bigint): void => {
  one.next = next < one.range.to ? next : one.range.to
  one.stalls = 0
  one.empties = 0
  one.done = next >= one.range.to || next >= end
  if (one.batchOffsets === 0n || one.done) return
  const rest = Number(one.range.to - one.next) * (one.batchBytes / Number(one.batchOffsets))
  one.askBytes = Math.min(one.askBytes, Math.ceil(rest) + one.largestBatchBytes + headroom)
}

/** What stood up to `start` is there no longer: goes on from there. */
export const skipLost = (one: Progress, start: bigint, end: bigint): void => {
  const to = start < one.range.to ? start : one.range.to
  one.lost = { from: one.lost?.from ?? one.next, to }
  goOnFrom(one, start, end)
}
