import type { Outcome, ReplayState } from '#server/contracts/replays.ts'
import { joinItemsAt } from './copy-runs.ts'
import type { Database } from './database.ts'

/** One part that a message had in a replay: as the letter that was replayed, or as the copy that was written. */
export type MessageReplay = {
  readonly replayId: string
  readonly number: number
  readonly state: ReplayState
  readonly startedBy: string
  readonly startedAtMs: number
  readonly reason: string
  readonly role: 'letter' | 'copy'
  /** The other end; null: there is none yet. */
  readonly otherTopic: string
  readonly otherPartition: number | null
  readonly otherOffset: bigint | null
  readonly outcome: Outcome
  readonly proof: string
}

type Row = Omit<MessageReplay, 'otherOffset' | 'number'> & { number: number; otherOffset: string | null }

/** Started replays that a message had a part in, newest first. */
export const listMessageReplays = async (
  db: Database,
  connectionId: string,
  at: { readonly topic: string; readonly partition: number; readonly offset: bigint },
  limit: number,
): Promise<readonly MessageReplay[]> => {
  const { rows } = await db.pool.query<Row>(
    `SELECT r.id AS "replayId", r.number, r.state, r.started_by AS "startedBy", r.reason,
            (extract(epoch FROM r.started_at) * 1000)::float8 AS "startedAtMs", part.*
     FROM (
       SELECT replay_id, 'letter' AS role, target_topic AS "otherTopic", target_partition AS "otherPartition",
              CASE WHEN target_partition IS NULL THEN NULL ELSE target_offset::text END AS "otherOffset", outcome, proof
         FROM replay_item WHERE letter_id IN (
           SELECT id FROM dead_letter WHERE connection_id = $1 AND topic = $2 AND partition = $3 AND "offset" = $4)
       UNION ALL
       SELECT i.replay_id, 'copy', i.source_topic, i.source_partition, i.source_offset::text, i.outcome, i.proof
         FROM (VALUES ($2, $3::int4, $4::int8)) AS at(topic, partition, "offset")
         ${joinItemsAt('at.topic', 'at.partition', 'at."offset"')}
     ) AS part JOIN replay r ON r.id = part.replay_id
     WHERE r.number IS NOT NULL
       AND CASE part.role WHEN 'copy' THEN coalesce(r.target_connection_id, r.connection_id) ELSE r.connection_id END = $1
     ORDER BY r.number DESC LIMIT $5`,
    [connectionId, at.topic, at.partition, at.offset.toString(), limit],
  )
  return rows.map((row) => ({
    ...row,
    otherOffset: row.otherOffset === null ? null : BigInt(row.otherOffset),
  }))
}
