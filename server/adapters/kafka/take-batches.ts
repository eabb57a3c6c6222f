import type { TopicName } from '#server/contracts/scalars.ts'
import type { Isolation, MessageFilter } from '#server/ports/broker.ts'
import { judgeBatches } from './aborted-transactions.ts'
import { brokerError } from './errors.ts'
import type { FetchedPartition } from './fetch.ts'
import { goOnFrom, type Progress } from './range-progress.ts'
import { readRecords, sizeOfFirstBatch, walkBatches } from './record-batch.ts'

type Taking = { readonly isolation: Isolation; readonly filter: MessageFilter | null }

const later = (a: bigint | null, b: bigint): bigint => (a === null || b > a ? b : a)
const earlier = (a: bigint | null, b: bigint): bigint => (a === null || b < a ? b : a)

/** Takes from an answer what one range wants, and notes where it goes on. A batch that can not be read is the partition's own error. */
export const tryTaking: typeof take = (one, topic, ...rest) => {
  try {
    take(one, topic, ...rest)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    one.error = brokerError('invalid', `topic ${topic} partition ${one.range.partition}: ${problem}`)
  }
}

const take = (
  one: Progress,
  topic: TopicName,
  fetched: FetchedPartition,
  { isolation, filter }: Taking,
  wasFirst: boolean,
): void => {
  const { partition, from, to } = one.range
  const { bytes, highWatermark, lastStableOffset, logStart } = fetched
  one.bytes += bytes.length
  const standingOf = judgeBatches(fetched.aborted)
  let next: bigint | null = null
  for (const batch of walkBatches(bytes)) {
    one.largestBatchBytes = Math.max(one.largestBatchBytes, batch.bytes.length)
    one.batchBytes += batch.bytes.length
    // From where the last one ended: offsets that compaction has emptied weigh nothing.
    one.batchOffsets += batch.nextOffset - (next ?? batch.baseOffset)
    next = batch.nextOffset
    const standing = standingOf(batch)
    if (batch.baseOffset >= to) break
    if (batch.nextOffset <= one.next) continue
    if (standing !== 'taken') {
      if (batch.baseOffset <= from) one.standingAtFrom = standing
      continue
    }
    one.scanned += readRecords(batch, { topic, partition, from: one.next, to, filter }, one.messages)
    if (batch.baseOffset <= (from + to) / 2n)
      one.newestBelowMs = later(one.newestBelowMs, batch.maxTimestampMs)
    // Of a batch that reaches below the range, only its newest record is sure to have been looked at.
    one.oldestMs = earlier(
      one.oldestMs,
      batch.baseOffset < from ? batch.maxTimestampMs : batch.baseTimestampMs,
    )
  }
  const end = isolation === 'committed' ? lastStableOffset : highWatermark
  if (next !== null && next > one.next) goOnFrom(one, next, end)
  else if (logStart > one.next) goOnFrom(one, logStart, end)
  else if (one.next >= end) one.done = true
  else if (bytes.length > 0) {
    // Only a part of a batch came: next time as much is asked for as it takes.
    one.askBytes = Math.max(one.askBytes * 2, sizeOfFirstBatch(bytes) ?? 0)
    one.stalls += 1
  } else if (wasFirst) one.empties += 1
  else one.stalls += 1
}
