import type pg from 'pg'
import type { Outcome } from '#server/contracts/replays.ts'
import { keepRunsOf } from './copy-runs.ts'
import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'
import type { NewReplayItem } from './replays.ts'
import { isOfCopy } from './returned-copies.ts'

export type ItemRecord = NewReplayItem & {
  readonly id: bigint
  readonly replayId: string
  readonly targetOffset: bigint | null
  readonly outcome: Outcome
  readonly proof: string
  /** When sending was about to begin, milliseconds since the epoch; set before the send, so that a successor knows where to look. */
  readonly intentFromMs: bigint | null
  readonly sentAtMs: number | null
  readonly outcomeAtMs: number | null
}

type Row = Awaited<ReturnType<Database['prisma']['replayItem']['findUniqueOrThrow']>>

const recordOf = (row: Row): ItemRecord => ({
  id: row.id,
  replayId: row.replayId,
  letterId: row.letterId,
  sourceTopic: row.sourceTopic,
  sourcePartition: row.sourcePartition,
  sourceOffset: row.sourceOffset,
  sourceTopicId: row.sourceTopicId,
  keyText: row.keyText,
  targetTopic: row.targetTopic,
  targetPartition: row.targetPartition,
  targetOffset: row.targetOffset,
  readerGroup: row.readerGroup,
  outcome: row.outcome as Outcome,
  proof: row.proof,
  intentFromMs: row.intentFrom,
  sentAtMs: row.sentAt?.getTime() ?? null,
  outcomeAtMs: row.outcomeAt?.getTime() ?? null,
  traceId: row.traceId,
  attempt: row.attempt,
  rehydrated: row.rehydrated,
  copyTraceId: row.copyTraceId,
})

/** An item that may be sent, with its place in the order of sending. */
export type SendableItem = ItemRecord & { readonly seq: number }

/** That of PostgreSQL's integer. */
const largestSeq = 2 ** 31 - 1

type SendableRow = {
  id: string
  seq: number
  letter_id: string
  source_topic: string
  source_partition: number
  source_offset: string
  source_topic_id: string | null
  key_text: string | null
  target_topic: string
  target_partition: number | null
  reader_group: string | null
  trace_id: string | null
  attempt: number
  rehydrated: boolean
  copy_trace_id: string | null
}

/**
 * The next items to send, in order: from after a place in that order on, and up to one, where these are told. Items whose
 * sending was begun are left to `listIntents`.
 */
export const listSendable = async (
  db: Database,
  replayId: string,
  limit: number,
  { afterSeq = -1, untilSeq = null }: { readonly afterSeq?: number; readonly untilSeq?: number | null } = {},
): Promise<readonly SendableItem[]> => {
  const { rows } = await db.pool.query<SendableRow>(
    `SELECT id, seq, letter_id, source_topic, source_partition, source_offset, source_topic_id, key_text, target_topic,
       target_partition, reader_group, trace_id, attempt, rehydrated, copy_trace_id
     FROM replay_item
     WHERE replay_id = $1 AND seq > $2 AND seq <= $3 AND outcome = 'PENDING' AND intent_from IS NULL
     ORDER BY seq LIMIT $4`,
    [replayId, afterSeq, untilSeq ?? largestSeq, limit],
  )
  return rows.map((row) => ({
    id: BigInt(row.id),
    seq: row.seq,
    replayId,
    letterId: BigInt(row.letter_id),
    sourceTopic: row.source_topic,
    sourcePartition: row.source_partition,
    sourceOffset: BigInt(row.source_offset),
    sourceTopicId: row.source_topic_id,
    keyText: row.key_text,
    targetTopic: row.target_topic,
    targetPartition: row.target_partition,
    targetOffset: null,
    readerGroup: row.reader_group,
    outcome: 'PENDING',
    proof: '',
    intentFromMs: null,
    sentAtMs: null,
    outcomeAtMs: null,
    traceId: row.trace_id,
    attempt: row.attempt,
    rehydrated: row.rehydrated,
    copyTraceId: row.copy_trace_id,
  }))
}

/** Items whose sending was begun and of which nobody knows whether the copy arrived. */
export const listIntents = async (db: Database, replayId: string): Promise<readonly ItemRecord[]> =>
  (
    await db.prisma.replayItem.findMany({
      where: { replayId, outcome: 'PENDING', intentFrom: { not: null } },
      orderBy: { seq: 'asc' },
    })
  ).map(recordOf)

/** Sent items whose outcome may still change, longest without news first. */
export const listOpenItems = async (
  db: Database,
  replayId: string,
  limit: number,
): Promise<readonly ItemRecord[]> =>
  (
    await db.prisma.replayItem.findMany({
      where: { replayId, outcome: { in: ['SENT', 'CONSUMED', 'RETRYING'] } },
      orderBy: { seq: 'asc' },
      take: limit,
    })
  ).map(recordOf)

const idsReturnedAs = async (db: Database, replayId: string, failureGroupId: string): Promise<bigint[]> => {
  const { rows } = await db.pool.query<{ id: string }>(
    `SELECT DISTINCT i.id FROM replay_item i JOIN dead_letter l ON l.replay_item_id = i.id AND ${isOfCopy}
     WHERE i.replay_id = $1 AND i.outcome = 'RETURNED' AND l.failure_group_id = $2`,
    [replayId, failureGroupId],
  )
  return rows.map(({ id }) => BigInt(id))
}

/** Items of a replay from after a cursor on, newest news first is left to the screen: order is that of sending. */
export const listItems = async (
  db: Database,
  replayId: string,
  filter: {
    readonly outcome?: string | undefined
    /** Only those that came back as letters of this failure group. */
    readonly returnedAs?: string | undefined
    readonly after: number
    readonly limit: number
  },
): Promise<readonly (ItemRecord & { readonly seq: number })[]> =>
  (
    await db.prisma.replayItem.findMany({
      where: {
        replayId,
        seq: { gt: filter.after },
        ...(filter.outcome === undefined ? {} : { outcome: filter.outcome }),
        ...(filter.returnedAs === undefined
          ? {}
          : { outcome: 'RETURNED', id: { in: await idsReturnedAs(db, replayId, filter.returnedAs) } }),
      },
      orderBy: { seq: 'asc' },
      take: filter.limit,
    })
  ).map((row) => ({ ...recordOf(row), seq: row.seq }))

/** How many items stand at each outcome, and how many copies were sent in the last five seconds. */
export const countOutcomes = async (
  db: Database,
  replayIds: readonly string[],
): Promise<
  ReadonlyMap<string, { readonly outcomes: ReadonlyMap<string, number>; readonly sentLately: number }>
> => {
  const { rows } = await db.pool.query<{ replay_id: string; outcome: string; count: number; lately: number }>(
    `SELECT replay_id, outcome, count(*)::int AS count, count(*) FILTER (WHERE sent_at > now() - interval '5 seconds')::int AS lately
     FROM replay_item WHERE replay_id = ANY($1::uuid[]) GROUP BY 1, 2`,
    [replayIds],
  )
  return new Map(
    [...Map.groupBy(rows, (row) => row.replay_id)].map(([id, mine]) => [
      id,
      {
        outcomes: new Map(mine.map((row) => [row.outcome, row.count])),
        sentLately: mine.reduce((sum, row) => sum + row.lately, 0),
      },
    ]),
  )
}

export type ItemChange = {
  readonly id: bigint
  readonly outcome: Outcome
  readonly proof: string
  readonly intentFromMs?: bigint | null
  readonly targetPartition?: number
  readonly targetOffset?: bigint
  readonly sentAtMs?: number
  readonly outcomeAtMs?: number
  readonly traceId?: string | null
}

/** Writes what became of items, all or none, under the replay's lease. */
export const changeItems = async (
  db: Database,
  changes: readonly ItemChange[],
  lease: LeaseProof,
): Promise<void> => {
  if (changes.length > 0) await runUnderLease(db, lease, (client) => writeChanges(client, changes))
}

/** Writes what became of items within a transaction that proves the lease. */
export const writeChanges = async (
  client: Pick<pg.ClientBase, 'query'>,
  changes: readonly ItemChange[],
): Promise<void> => {
  if (changes.length === 0) return
  await client.query(
    `WITH changed AS (
       UPDATE replay_item AS i SET
         outcome = n.outcome, proof = n.proof,
         intent_from = CASE WHEN n.clear_intent THEN NULL ELSE coalesce(n.intent_from, i.intent_from) END,
         target_partition = coalesce(n.target_partition, i.target_partition),
         target_offset = coalesce(n.target_offset, i.target_offset),
         sent_at = coalesce(n.sent_at, i.sent_at), outcome_at = coalesce(n.outcome_at, i.outcome_at),
         trace_id = coalesce(n.trace_id, i.trace_id)
       FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::int[], $7::bigint[], $8::timestamptz[], $9::timestamptz[], $10::text[])
         AS n(id, outcome, proof, intent_from, clear_intent, target_partition, target_offset, sent_at, outcome_at, trace_id)
       WHERE i.id = n.id
       RETURNING i.id, i.replay_id, i.target_topic, i.target_partition, n.target_offset)
     ${keepRunsOf('changed')}`,
    [
      changes.map(({ id }) => id.toString()),
      changes.map(({ outcome }) => outcome),
      changes.map(({ proof }) => proof),
      changes.map(({ intentFromMs }) => intentFromMs?.toString() ?? null),
      changes.map(({ intentFromMs }) => intentFromMs === null),
      changes.map(({ targetPartition }) => targetPartition ?? null),
      changes.map(({ targetOffset }) => targetOffset?.toString() ?? null),
      changes.map(({ sentAtMs }) => (sentAtMs === undefined ? null : new Date(sentAtMs))),
      changes.map(({ outcomeAtMs }) => (outcomeAtMs === undefined ? null : new Date(outcomeAtMs))),
      changes.map(({ traceId }) => traceId ?? null),
    ],
  )
}

/** Lets go of a batch that was begun and is known to be aborted, with how many of its copies others may have seen. */
export const clearIntents = async (
  db: Database,
  replayId: string,
  itemIds: readonly bigint[],
  abortedCopies: number,
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, async (client) => {
    await client.query(
      `UPDATE replay_item SET intent_from = NULL WHERE id = ANY($1::bigint[]) AND outcome = 'PENDING'`,
      [itemIds.map(String)],
    )
    if (abortedCopies > 0)
      await client.query('UPDATE replay SET aborted_copies = aborted_copies + $2 WHERE id = $1', [
        replayId,
        abortedCopies,
      ])
  })
}

/** Dead-letter partitions of a replay with copies of which nobody knows whether they arrived. */
export const listBegunSources = async (
  db: Database,
  replayId: string,
): Promise<readonly Pick<ItemRecord, 'sourceTopic' | 'sourceTopicId' | 'sourcePartition'>[]> =>
  db.prisma.replayItem.findMany({
    where: { replayId, outcome: 'PENDING', intentFrom: { not: null } },
    distinct: ['sourceTopic', 'sourcePartition'],
    select: { sourceTopic: true, sourceTopicId: true, sourcePartition: true },
  })

/** Marks all items not yet begun as left out, under the lease. Answers how many. */
export const skipUnsent = async (
  db: Database,
  replayId: string,
  proof: string,
  lease: LeaseProof,
): Promise<number> => {
  const { rowCount } = await runUnderLease(db, lease, (client) =>
    client.query(
      `UPDATE replay_item SET outcome = 'SKIPPED', proof = $2, outcome_at = now() WHERE replay_id = $1 AND outcome = 'PENDING' AND intent_from IS NULL`,
      [replayId, proof],
    ),
  )
  return rowCount ?? 0
}

/** Marks all items not yet begun that come from or go to a topic as failed, under the lease. Answers how many. */
export const failUnsent = async (
  db: Database,
  replayId: string,
  topic: string,
  proof: string,
  lease: LeaseProof,
): Promise<number> => {
  const { rowCount } = await runUnderLease(db, lease, (client) =>
    client.query(
      `UPDATE replay_item SET outcome = 'FAILED', proof = $3, outcome_at = now()
       WHERE replay_id = $1 AND (target_topic = $2 OR source_topic = $2) AND outcome = 'PENDING' AND intent_from IS NULL`,
      [replayId, topic, proof],
    ),
  )
  return rowCount ?? 0
}

/** Groups that lately read these topics, with their lag and members, from the samples. */
export const readReaders = async (
  db: Database,
  connectionId: string,
  topics: readonly string[],
): Promise<
  readonly {
    readonly group: string
    readonly topic: string
    readonly lag: bigint
    readonly members: number
  }[]
> => {
  const { rows } = await db.pool.query<{ group_id: string; topic: string; lag: string; members: number }>(
    `SELECT DISTINCT ON (group_id, topic) group_id, topic, lag, members FROM lag_sample
     WHERE connection_id = $1 AND topic = ANY($2) AND at > now() - interval '10 minutes' ORDER BY group_id, topic, at DESC`,
    [connectionId, topics],
  )
  return rows.map((row) => ({
    group: row.group_id,
    topic: row.topic,
    lag: BigInt(row.lag),
    members: row.members,
  }))
}

/** Items of these outcomes by the kind of their proof, numbers apart, most first: how many, and one proof of the kind. */
export const countProofs = async (
  db: Database,
  replayId: string,
  outcomes: readonly Outcome[],
  limit: number,
): Promise<{ readonly outcome: Outcome; readonly count: number; readonly proof: string }[]> => {
  const { rows } = await db.pool.query<{ outcome: Outcome; count: number; proof: string }>(
    `SELECT outcome, count(*)::int AS count, min(proof) AS proof FROM replay_item
     WHERE replay_id = $1 AND outcome = ANY($2::text[])
     GROUP BY outcome, regexp_replace(proof, '[0-9][0-9.,:@]*', '0', 'g') ORDER BY 2 DESC, 1, 3 LIMIT $3`,
    [replayId, outcomes, limit],
  )
  return rows
}
