import type { Outcome } from '#server/contracts/replays.ts'
import type { Database } from './database.ts'

/** A copy of a letter that a started replay has sent, or is to send. */
export type ReplayOfLetter = {
  readonly replayId: string
  readonly number: number | null
  readonly letterId: bigint
  readonly outcome: Outcome
  readonly proof: string
  readonly targetTopic: string
  readonly targetPartition: number | null
  readonly targetOffset: bigint | null
  /** When it was sent, or its replay was started. Milliseconds since the epoch. */
  readonly atMs: number
}

/** Copies of the given letters by started replays, newest first, at most `limit`. */
export const listReplaysOfLetters = async (
  db: Database,
  letterIds: readonly bigint[],
  limit: number,
): Promise<readonly ReplayOfLetter[]> => {
  if (letterIds.length === 0) return []
  const { rows } = await db.pool.query<{
    replay_id: string
    number: number | null
    letter_id: string
    outcome: string
    proof: string
    target_topic: string
    target_partition: number | null
    target_offset: string | null
    at: Date
  }>(
    `SELECT i.replay_id, r.number, i.letter_id, i.outcome, i.proof, i.target_topic, i.target_partition, i.target_offset,
       coalesce(i.sent_at, r.started_at, r.created_at) AS at
     FROM replay_item AS i JOIN replay AS r ON r.id = i.replay_id
     WHERE i.letter_id = ANY($1::bigint[]) AND r.state <> 'planned'
     ORDER BY at DESC, i.id DESC LIMIT $2`,
    [letterIds.map(String), limit],
  )
  return rows.map((row) => ({
    replayId: row.replay_id,
    number: row.number,
    letterId: BigInt(row.letter_id),
    outcome: row.outcome as Outcome,
    proof: row.proof,
    targetTopic: row.target_topic,
    targetPartition: row.target_partition,
    targetOffset: row.target_offset === null ? null : BigInt(row.target_offset),
    atMs: row.at.getTime(),
  }))
}
