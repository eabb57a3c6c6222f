import type { TopicName } from '#server/contracts/scalars.ts'
import { makeBodyLooker } from '#server/domain/copy-body.ts'
import { originTimestampAt, originTimestampOf } from '#server/domain/copy-timestamp.ts'
import { traceContextOf, withTrace } from '#server/domain/copy-trace.ts'
import { openMessage, sealBody } from '#server/domain/record-body.ts'
import { makeCopyHeaders, makeLineage, makeRequeuedHeaders, readLineage } from '#server/domain/replay-copy.ts'
import { requeueCopy } from '#server/domain/requeue.ts'
import type { SealedOutgoing } from '#server/ports/publisher.ts'
import { formatPosition, type RawMessage, type SealedMessage } from '#server/ports/raw-message.ts'
import type { ItemRecord } from '#server/repositories/replay-items.ts'
import type { ReplayRecord } from '#server/repositories/replays.ts'
import type { Connection } from './deps.ts'
import type { Coordinates } from './read-letters.ts'

/** Where the letter of an item stands. */
export const sourceOf = ({ sourceTopic, sourcePartition, sourceOffset }: ItemRecord): Coordinates => ({
  topic: sourceTopic,
  partition: sourcePartition,
  offset: sourceOffset,
})

/** The copy of a letter: its bytes, without the failure headers of its conventions, with the lineage. */
export type CopyOfLetter = (item: ItemRecord, record: SealedMessage) => SealedOutgoing

/** Makes the copies that a replay sends at one time; what they share is written once. */
export const makeCopies = (
  { deadLetterRules }: Pick<Connection, 'deadLetterRules'>,
  replay: ReplayRecord,
  nowMs: bigint,
): CopyOfLetter => {
  const isOriginTimeKept = replay.plan.choice?.timestamps === 'keep'
  const { requeue } = replay.plan
  const look = makeBodyLooker(deadLetterRules)
  const lineage = makeLineage({ id: replay.id, number: replay.number, nowMs })
  const lineageOf = (item: ItemRecord, attempt: number, originMs: bigint | null) =>
    lineage({
      itemId: item.id,
      source: `${item.sourceTopic}@${formatPosition(item.sourcePartition, item.sourceOffset)}`,
      attempt,
      originMs,
    })
  const outgoing = (
    { targetTopic, targetPartition }: ItemRecord,
    body: Buffer,
    originMs: bigint | null,
  ): SealedOutgoing => ({
    topic: targetTopic as TopicName,
    partition: targetPartition,
    body,
    timestampMs: isOriginTimeKept && originMs !== null ? originMs : nowMs,
  })
  /** By its headers, one by one. */
  const copyOpened = (item: ItemRecord, record: RawMessage): SealedOutgoing => {
    // A record that died tells its own time; of a letter its headers do.
    const originMs = item.rehydrated ? record.timestampMs : originTimestampOf(record, deadLetterRules)
    const context = item.copyTraceId === null ? null : traceContextOf(record.headers)
    const headers =
      context && item.copyTraceId ? withTrace(record.headers, item.copyTraceId, context) : record.headers
    const added = lineageOf(item, (readLineage(record.headers)?.attempt ?? 0) + 1, originMs)
    const { key, value } = record
    const made = requeue && requeueCopy({ ...record, headers }, requeue, nowMs)
    if (!requeue || !made) {
      const copied = makeCopyHeaders(headers, added, deadLetterRules)
      return outgoing(item, sealBody({ key, value, headers: copied }), originMs)
    }
    const copied = makeRequeuedHeaders(made.headers, added, requeue.action)
    const copy = outgoing(item, sealBody({ key, value, headers: copied }), originMs)
    return { ...copy, timestampMs: made.timestampMs ?? copy.timestampMs }
  }
  return (item, record) => {
    const letter = item.copyTraceId === null && !requeue ? look(record.body) : null
    if (letter === null) return copyOpened(item, openMessage(record))
    const originMs = item.rehydrated
      ? record.timestampMs
      : originTimestampAt(letter.originTime, letter.headerAt, record)
    return outgoing(item, letter.copy(lineageOf(item, 1, originMs)), originMs)
  }
}
