import type { Outcome } from '#server/contracts/replays.ts'
import type { Database } from './database.ts'

/** Whether two replays write to the same cluster. Where one does not tell its cluster, by their connections. */
export const isSameTarget = (one: string, other: string): string =>
  `CASE WHEN ${one}.target_cluster_id IS NULL OR ${other}.target_cluster_id IS NULL
     THEN coalesce(${one}.target_connection_id, ${one}.connection_id) = coalesce(${other}.target_connection_id, ${other}.connection_id)
     ELSE ${one}.target_cluster_id = ${other}.target_cluster_id END`

/** Whether the letters of two replays stand in the same cluster, also where that has two connections. */
export const isSameSource = (one: string, other: string): string =>
  `(${one}.connection_id = ${other}.connection_id OR ${one}.cluster_id = ${other}.cluster_id)`

/** Whether a replay `r` writes to another cluster than that of its letters. */
export const isElsewhere = 'r.target_cluster_id IS DISTINCT FROM r.cluster_id'

/** What became of the latest copy of a letter, or of a record that waits; sent in milliseconds since the epoch. */
export type LatestCopy = {
  readonly replayId: string
  readonly outcome: Outcome
  readonly sentAtMs: number | null
}

/**
 * The latest copies of letters that started replays of a connection sent to one cluster, or are to send, by letter.
 * Replays that do not tell their cluster count as having sent to that of the letters.
 */
export const readLatestOnCluster = async (
  db: Database,
  letterIds: readonly bigint[],
  clusterId: string,
  isHome: boolean,
): Promise<ReadonlyMap<bigint, LatestCopy>> => {
  const { rows } = await db.pool.query<{
    letter_id: string
    replay_id: string
    outcome: Outcome
    sent_at: Date | null
  }>(
    `SELECT DISTINCT ON (i.letter_id) i.letter_id, i.replay_id, i.outcome, i.sent_at
     FROM replay_item i JOIN replay r ON r.id = i.replay_id
     WHERE i.letter_id = ANY($1::bigint[]) AND r.state <> 'planned'
       AND (r.target_cluster_id = $2 OR (r.target_cluster_id IS NULL AND $3))
     ORDER BY i.letter_id, i.id DESC`,
    [letterIds.map(String), clusterId, isHome],
  )
  return new Map(
    rows.map((row) => [
      BigInt(row.letter_id),
      { replayId: row.replay_id, outcome: row.outcome, sentAtMs: row.sent_at?.getTime() ?? null },
    ]),
  )
}
