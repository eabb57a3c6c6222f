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
export const copyOfLetter = (
  { deadLetterRules }: Pick<Connection, 'deadLetterRules'>,
  replay: ReplayRecord,
  item: ItemRecord,
  record: RawMessage,
  nowMs: bigint,
): OutgoingMessage => {
  // A record that died tells its own time; of a letter its headers do.
  const originMs = item.rehydrated ? record.timestampMs : originTimestampOf(record, deadLetterRules)
  const context = traceContextOf(record.headers)
  const keeps = replay.plan.choice?.timestamps === 'keep' && originMs !== null
  const headers =
    context && item.copyTraceId ? withTrace(record.headers, item.copyTraceId, context) : record.headers
  const lineage: NewLineage = {
    'x-replay-id': replay.id,
    'x-replay-number': String(replay.number ?? ''),
    'x-replay-item': item.id.toString(),
    'x-replay-source': `${item.sourceTopic}@${formatPosition(item.sourcePartition, item.sourceOffset)}`,
    'x-replay-attempt': String((readLineage(record.headers)?.attempt ?? 0) + 1),
    'x-replay-at': new Date(Number(nowMs)).toISOString(),
    ...(originMs === null || originMs > latestTimeMs || originMs < 0n
      ? {}
      : { 'x-replay-origin-at': new Date(Number(originMs)).toISOString() }),
  }
  const { requeue } = replay.plan
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
    timestampMs: made?.timestampMs ?? (keeps ? originMs : nowMs),
  }
}

/** What a date can hold, in milliseconds since the epoch. */
const latestTimeMs = 8_640_000_000_000_000n
