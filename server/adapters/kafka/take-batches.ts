import { detachMessage } from '#server/domain/detach-message.ts'
import type { MessageFilter, RawMessage } from '#server/ports/raw-message.ts'
import { judgeBatches, judgeUndecided } from './aborted-transactions.ts'
import { batchAttributes } from './batch-layout.ts'
import { brokerError } from './errors.ts'
import type { FetchedPartition } from './fetch.ts'
import type { Pacer } from './pacer.ts'
import { goOnFrom, type Progress, skipLost } from './range-progress.ts'
import {
  type Batch,
  isTransactional,
  readRecords,
  readSealed,
  sizeOfFirstBatch,
  walkBatches,
} from './record-batch.ts'

export type Taking = {
  /** Records of aborted and open transactions too, marked as such. */
  readonly keepsAborted: boolean
  /** Records as they stand, all of a range: neither filter nor times are asked then. */
  readonly seals?: true
  readonly filter: MessageFilter | null
  readonly sinceMs: bigint | null
  readonly untilMs: bigint | null
  readonly pacer: Pacer
}

/** What is refined at a time: enough to be worth a call, and little enough to be held. */
const refinedAtOnce = 500
const refinedBytes = 512 * 1024

const later = (a: bigint | null, b: bigint): bigint => (a === null || b > a ? b : a)
const earlier = (a: bigint | null, b: bigint): bigint => (a === null || b < a ? b : a)

/**
 * Takes from an answer what one range wants, and notes where it goes on; rests in between, and stops where it stands once
 * the signal fires. A batch that can not be read is the partition's own error.
 */
export const tryTaking = async (
  one: Progress,
  fetched: FetchedPartition,
  taking: Taking,
  wasFirst: boolean,
  signal: AbortSignal,
): Promise<void> => {
  try {
    await take(one, fetched, taking, wasFirst, signal)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    const { topic, partition } = one.range
    one.error = brokerError('invalid', `topic ${topic} partition ${partition}: ${problem}`)
  }
}

const take = async (
  one: Progress,
  fetched: FetchedPartition,
  taking: Taking,
  wasFirst: boolean,
  signal: AbortSignal,
): Promise<void> => {
  const { bytes, highWatermark, lastStableOffset, logStart } = fetched
  one.bytes += bytes.length
  const batches = [...walkBatches(bytes)]
  const end = one.range.level === 'committed' ? lastStableOffset : highWatermark
  const standingOf = judgeStanding(one, fetched, batches, taking)
  let next: bigint | null = null
  let coming: RawMessage[] = []
  let comingBytes = 0
  const refine = taking.filter?.refine
  const keepComing = async (): Promise<void> => {
    if (!refine || coming.length === 0) return
    const kept = (await refine(coming)).map(detachMessage)
    for (const message of kept.sort((a, b) => (a.offset < b.offset ? -1 : 1))) one.messages.push(message)
    coming = []
    comingBytes = 0
  }
  for (const batch of batches) {
    if (taking.pacer.isDue()) await taking.pacer.rest()
    if (signal.aborted) return
    one.largestBatchBytes = Math.max(one.largestBatchBytes, batch.bytes.length)
    one.batchBytes += batch.bytes.length
    // From where the last one ended: offsets that compaction has emptied weigh nothing.
    one.batchOffsets += batch.nextOffset - (next ?? batch.baseOffset)
    next = batch.nextOffset
    const { standing, transaction } = standingOf(batch)
    if (batch.baseOffset >= one.range.to) break
    if (batch.nextOffset <= one.next) continue
    if (standing !== 'taken') {
      if (batch.baseOffset <= one.range.from) one.standingAtFrom = standing
      continue
    }
    const { topic, partition, to } = one.range
    const { filter, sinceMs, untilMs } = taking
    const wanted = { topic, partition, from: one.next, to, filter, sinceMs, untilMs, transaction }
    one.scanned += taking.seals
      ? readSealed(batch, wanted, one.sealed)
      : readRecords(batch, wanted, refine ? coming : one.messages)
    noteTimes(one, batch)
    comingBytes += batch.bytes.length
    if (coming.length >= refinedAtOnce || comingBytes >= refinedBytes) await keepComing()
  }
  await keepComing()
  if (signal.aborted) return
  if (next !== null && next > one.next) goOnFrom(one, next, end)
  else if (logStart > one.next) skipLost(one, logStart, end)
  else if (one.next >= end) one.done = true
  else if (bytes.length > 0) {
    // Only a part of a batch came: next time as much is asked for as it takes.
    one.askBytes = Math.max(one.askBytes * 2, sizeOfFirstBatch(bytes) ?? 0)
    one.stalls += 1
  } else if (wasFirst) one.empties += 1
  else one.stalls += 1
}

const judgeStanding = (
  { range }: Progress,
  { aborted, highWatermark }: FetchedPartition,
  batches: readonly Batch[],
  { keepsAborted }: Taking,
) => {
  const judge = judgeBatches(aborted)
  const reachesEnd = (batches.at(-1)?.nextOffset ?? -1n) >= highWatermark
  const ending = range.level === 'uncommitted' ? judgeUndecided(batches, reachesEnd) : null
  return (batch: Batch) => {
    const standing = judge(batch)
    if (ending || !isTransactional(batch)) return { standing, transaction: ending?.(batch) ?? null }
    if (standing === 'aborted' && keepsAborted)
      return { standing: 'taken' as const, transaction: 'aborted' as const }
    return { standing, transaction: 'committed' as const }
  }
}

const noteTimes = (one: Progress, batch: Batch): void => {
  const { from, to } = one.range
  if (batch.baseOffset <= (from + to) / 2n) one.newestBelowMs = later(one.newestBelowMs, batch.maxTimestampMs)
  const first = (batch.attributes & batchAttributes.deleteHorizon) === 0 ? batch.baseTimestampMs : null
  // Of a batch that reaches below the range, only its newest record is sure to have been looked at.
  const oldest = batch.baseOffset < from ? batch.maxTimestampMs : first
  if (oldest !== null) one.oldestMs = earlier(one.oldestMs, oldest)
  // Of one that reaches above it, only its first.
  const reached = batch.nextOffset <= to ? batch.maxTimestampMs : first
  const now = BigInt(Date.now())
  if (reached !== null && reached <= now) one.reachedMs = later(one.reachedMs, reached)
  else if (first !== null && first <= now) one.reachedMs = later(one.reachedMs, first)
  if ((batch.attributes & batchAttributes.logAppendTime) === 0) one.isLogAppend = false
}
