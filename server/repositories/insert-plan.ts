import type { Database } from './database.ts'
import { editRowOf, type NewLetterEdit } from './letter-edits.ts'
import type { NewReplayItem, StoredPlan } from './replays.ts'

/** Ten thousand items take longer than the 5 s that Prisma gives a transaction where a machine is busy. */
const planMs = 60_000
const itemsAtOnce = 10_000

/** One statement for thousands of items: Prisma's own takes ten times as long to be put together as to run. */
const insertItems = `
  INSERT INTO replay_item (replay_id, seq, letter_id, source_topic, source_partition, source_offset, source_topic_id,
    key_text, target_topic, target_partition, reader_group, trace_id, attempt, rehydrated, copy_trace_id)
  SELECT $1::uuid, n."seq", n."letterId", n."sourceTopic", n."sourcePartition", n."sourceOffset", n."sourceTopicId",
    n."keyText", n."targetTopic", n."targetPartition", n."readerGroup", n."traceId", n."attempt", n."rehydrated", n."copyTraceId"
  FROM json_to_recordset($2::json) AS n("seq" int4, "letterId" int8, "sourceTopic" text, "sourcePartition" int4,
    "sourceOffset" int8, "sourceTopicId" text, "keyText" text, "targetTopic" text, "targetPartition" int4,
    "readerGroup" text, "traceId" text, "attempt" int4, "rehydrated" bool, "copyTraceId" text)
  ORDER BY n."seq"`

const rowsOf = (items: readonly NewReplayItem[], firstSeq: number): string =>
  JSON.stringify(
    items.map((item, place) => ({
      ...item,
      seq: firstSeq + place,
      letterId: item.letterId.toString(),
      sourceOffset: item.sourceOffset.toString(),
    })),
  )

/** Keeps a frozen plan with its items, in the order they will be sent, and what it sends instead of an edited letter. */
export const insertPlan = async (
  db: Database,
  plan: {
    readonly id: string
    readonly connectionId: string
    readonly title: string
    readonly failureGroupId: string | null
    readonly targets: readonly string[]
    /** Null: the connection of the letters. */
    readonly targetConnectionId?: string | null
    /** Clusters of the letters and of the copies; null: not known. */
    readonly clusterId?: string | null
    readonly targetClusterId?: string | null
    readonly plan: StoredPlan
  },
  items: readonly NewReplayItem[],
  edit: NewLetterEdit | null = null,
): Promise<void> => {
  const { plan: stored, targets, ...row } = plan
  await db.prisma.$transaction(
    async (transaction) => {
      await transaction.replay.create({
        data: { ...row, targets: [...targets], plan: stored as object },
      })
      for (let from = 0; from < items.length; from += itemsAtOnce)
        await transaction.$executeRawUnsafe(
          insertItems,
          plan.id,
          rowsOf(items.slice(from, from + itemsAtOnce), from),
        )
      // With its plan, or not at all: without it the letter would be sent as it died.
      if (edit !== null) await transaction.letterEdit.create({ data: editRowOf(plan.id, edit) })
    },
    { timeout: planMs, maxWait: planMs },
  )
}
