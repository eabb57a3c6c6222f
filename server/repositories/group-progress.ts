import type { Database } from './database.ts'

export type GroupProgress = {
  readonly group: string
  readonly topic: string
  readonly lag: bigint
  readonly members: number
  /** Messages read a second since the round two minutes before; null when there is none, or after a reset. */
  readonly consumedPerSecond: number | null
}

/** How fast every group reads, from the last round and the one two minutes before it. */
export const readGroupProgress = async (
  db: Database,
  connectionId: string,
): Promise<readonly GroupProgress[]> => {
  const { rows } = await db.pool.query<{
    group_id: string
    topic: string
    lag: string
    members: number
    consumed: number | null
  }>(
    `WITH last AS MATERIALIZED (
       SELECT max(at) AS at FROM lag_sample WHERE connection_id = $1 AND at > now() - interval '1 hour'
     ),
     earlier AS MATERIALIZED (
       SELECT min(lag_sample.at) AS at FROM last, lag_sample
       WHERE connection_id = $1 AND lag_sample.at >= last.at - interval '2 minutes' AND lag_sample.at < last.at
     ),
     before AS MATERIALIZED (
       SELECT group_id, topic, committed_sum, at FROM lag_sample
       WHERE connection_id = $1 AND at = (SELECT at FROM earlier)
     )
     SELECT now_.group_id, now_.topic, now_.lag, now_.members,
            CASE WHEN now_.committed_sum >= before.committed_sum
              THEN (now_.committed_sum - before.committed_sum)::float8 / extract(epoch FROM now_.at - before.at)::float8
            END AS consumed
     FROM lag_sample AS now_ LEFT JOIN before USING (group_id, topic)
     WHERE now_.connection_id = $1 AND now_.at = (SELECT at FROM last)`,
    [connectionId],
  )
  return rows.map((row) => ({
    group: row.group_id,
    topic: row.topic,
    lag: BigInt(row.lag),
    members: row.members,
    consumedPerSecond: row.consumed,
  }))
}
