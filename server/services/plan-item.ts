import type { EarlierAttempts } from '#server/repositories/replay-ledger.ts'
import type { NewReplayItem } from '#server/repositories/replays.ts'
import type { Judged } from './judge-letters.ts'
import { newCopyTrace } from './new-copy-trace.ts'

/** What a plan has found of all its letters. `topicId`: of the topic a letter stands in; null: not told. */
type Found = {
  readonly topicId: string | null
  readonly attempts: ReadonlyMap<bigint, EarlierAttempts>
  readonly partitionOf: (letterId: bigint) => number | null
}

/** A letter frozen to its coordinates, as an item of a plan; the group that proves its outcome is the plan's to choose. */
export const planItemOf = (
  { letter, record, restores, target }: Judged,
  { topicId, attempts, partitionOf }: Found,
): Omit<NewReplayItem, 'readerGroup'> => ({
  letterId: letter.id,
  sourceTopic: letter.topic,
  sourcePartition: letter.partition,
  sourceOffset: letter.offset,
  sourceTopicId: topicId,
  keyText: letter.keyText,
  targetTopic: target?.name ?? '',
  targetPartition: partitionOf(letter.id),
  traceId: letter.traceId ?? record?.traceId ?? null,
  rehydrated: restores !== null,
  copyTraceId: newCopyTrace(record),
  attempt: (attempts.get(letter.id)?.attempts ?? 0) + 1,
})
