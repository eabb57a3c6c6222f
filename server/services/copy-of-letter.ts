import type { TopicName } from '#server/contracts/scalars.ts'
import { originTimestampOf } from '#server/domain/copy-timestamp.ts'
import { traceContextOf, withTrace } from '#server/domain/copy-trace.ts'
import {
  makeCopyHeaders,
  makeRequeuedHeaders,
  type NewLineage,
  readLineage,
} from '#server/domain/replay-copy.ts'
import { requeueCopy } from '#server/domain/requeue.ts'
import type { OutgoingMessage } from '#server/ports/publisher.ts'
import { formatPosition, type RawMessage } from '#server/ports/raw-message.ts'
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
export type CopyOfLetter = (item: ItemRecord, record: RawMessage) => OutgoingMessage

/** Makes the copies that a replay sends at one time; what they share is written once. */
export const makeCopies = (
  { deadLetterRules }: Pick<Connection, 'deadLetterRules'>,
  replay: ReplayRecord,
  nowMs: bigint,
): CopyOfLetter => {
  const replayId = Buffer.from(replay.id)
  const replayNumber = Buffer.from(String(replay.number ?? ''))
  const sentAt = Buffer.from(new Date(Number(nowMs)).toISOString())
  const isOriginTimeKept = replay.plan.choice?.timestamps === 'keep'
  const { requeue } = replay.plan
  return (item, record) => {
    // A record that died tells its own time; of a letter its headers do.
    const originMs = item.rehydrated ? record.timestampMs : originTimestampOf(record, deadLetterRules)
    const context = item.copyTraceId === null ? null : traceContextOf(record.headers)
    const headers =
      context && item.copyTraceId ? withTrace(record.headers, item.copyTraceId, context) : record.headers
    const lineage: NewLineage = {
      'x-replay-id': replayId,
      'x-replay-number': replayNumber,
      'x-replay-item': item.id.toString(),
      'x-replay-source': `${item.sourceTopic}@${formatPosition(item.sourcePartition, item.sourceOffset)}`,
      'x-replay-attempt': String((readLineage(record.headers)?.attempt ?? 0) + 1),
      'x-replay-at': sentAt,
      ...(originMs === null || originMs > latestTimeMs || originMs < 0n
        ? {}
        : { 'x-replay-origin-at': new Date(Number(originMs)).toISOString() }),
    }
    const made = requeue && requeueCopy({ ...record, headers }, requeue, nowMs)
    return {
      topic: item.targetTopic as TopicName,
      partition: item.targetPartition,
      key: record.key,
      value: record.value,
      headers:
        requeue && made
          ? makeRequeuedHeaders(made.headers, lineage, requeue.action)
          : makeCopyHeaders(headers, lineage, deadLetterRules),
      timestampMs: made?.timestampMs ?? (isOriginTimeKept && originMs !== null ? originMs : nowMs),
    }
  }
}

/** What a date can hold, in milliseconds since the epoch. */
const latestTimeMs = 8_640_000_000_000_000n
