import type { Outcome } from '#server/contracts/replays.ts'
import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'
import type { LatestCopy } from './replay-clusters.ts'
import { runUnhurried } from './run-unhurried.ts'

export type WaitingPlace = { readonly partition: number; readonly offset: bigint }

const namePlace = ({ partition, offset }: WaitingPlace): string => `${partition}@${offset}`

type Topic = { readonly connectionId: string; readonly topic: string; readonly topicId: string | null }

/**
 * Gives records of a retry topic ids of the letters' sequence, by which plans name them; who has one keeps it, so that a
 * second plan knows what became of the first. By `partition@offset`.
 */
export const registerWaiting = async (
  db: Database,
  { connectionId, topic, topicId }: Topic,
  places: readonly WaitingPlace[],
): Promise<ReadonlyMap<string, bigint>> => {
  const { rows } = await db.pool.query<{ id: string; partition: number; offset: string }>(
    `INSERT INTO waiting_record (connection_id, topic, topic_id, partition, "offset")
     SELECT $1, $2, $3, * FROM unnest($4::int[], $5::bigint[])
     ON CONFLICT (connection_id, topic, topic_id, partition, "offset") DO UPDATE SET planned_at = now()
     RETURNING id, partition, "offset"`,
    [
      connectionId,
      topic,
      topicId ?? '',
      places.map(({ partition }) => partition),
      places.map(({ offset }) => offset.toString()),
    ],
  )
  return new Map(
    rows.map(({ id, partition, offset }) => [namePlace({ partition, offset: BigInt(offset) }), BigInt(id)]),
  )
}

/** What became of the latest copies of records of a retry topic, by `partition@offset`; those never sent are left out. */
export const readLatestRequeues = async (
  db: Database,
  { connectionId, topic, topicId }: Topic,
): Promise<ReadonlyMap<string, LatestCopy>> => {
  const { rows } = await db.pool.query<{
    partition: number
    offset: string
    replay_id: string
    outcome: Outcome
    sent_at: Date | null
  }>(
    `SELECT DISTINCT ON (w.id) w.partition, w."offset", i.replay_id, i.outcome, i.sent_at
     FROM waiting_record w JOIN replay_item i ON i.letter_id = w.id JOIN replay r ON r.id = i.replay_id
     WHERE w.connection_id = $1 AND w.topic = $2 AND w.topic_id = $3 AND r.number IS NOT NULL
     ORDER BY w.id, i.id DESC`,
    [connectionId, topic, topicId ?? ''],
  )
  return new Map(
    rows.map((row) => [
      namePlace({ partition: row.partition, offset: BigInt(row.offset) }),
      { replayId: row.replay_id, outcome: row.outcome, sentAtMs: row.sent_at?.getTime() ?? null },
    ]),
  )
}

/** Forgets records that no plan names any more. Answers how many. */
export const deleteOldWaiting = (db: Database, olderThanMs: number): Promise<number> =>
  runUnhurried(db, async (client) => {
    const { rowCount } = await client.query(
      `DELETE FROM waiting_record w WHERE w.planned_at < now() - $1::float8 * interval '1 millisecond'
         AND NOT EXISTS (SELECT FROM replay_item i WHERE i.letter_id = w.id)`,
      [olderThanMs],
    )
    return rowCount ?? 0
  })

/** Leaves out what a group has read: items not begun whose record stands before these offsets. Under the replay's lease. */
export const skipBefore = async (
  db: Database,
  replayId: string,
  read: readonly WaitingPlace[],
  groups: string,
  lease: LeaseProof,
): Promise<void> => {
  if (read.length === 0) return
  await runUnderLease(db, lease, (client) =>
    client.query(
      `UPDATE replay_item AS i SET outcome = 'SKIPPED', outcome_at = now(),
         proof = 'not sent: ' || $4 || ' has read it since the plan (offset ' || done."offset" || ' committed)'
       FROM unnest($2::int[], $3::bigint[]) AS done(partition, "offset")
       WHERE i.replay_id = $1 AND i.outcome = 'PENDING' AND i.intent_from IS NULL
         AND i.source_partition = done.partition AND i.source_offset < done."offset"`,
      [replayId, read.map(({ partition }) => partition), read.map(({ offset }) => offset.toString()), groups],
    ),
  )
}

/** The dead letters that copies stand as in the index, by the id of their item. */
export const findLettersOfItems = async (
  db: Database,
  connectionId: string,
  itemIds: readonly bigint[],
): Promise<ReadonlyMap<bigint, bigint>> => {
  const { rows } = await db.pool.query<{ item: string; letter: string }>(
    `SELECT i.id AS item, l.id AS letter FROM replay_item i JOIN dead_letter l
       ON l.connection_id = $1 AND l.topic = i.target_topic AND l.partition = i.target_partition AND l."offset" = i.target_offset
     WHERE i.id = ANY($2::bigint[])`,
    [connectionId, itemIds.map(String)],
  )
  return new Map(rows.map(({ item, letter }) => [BigInt(item), BigInt(letter)]))
}
