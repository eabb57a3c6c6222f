import type { Database } from './database.ts'

/** One round of samples summed up. `series` is how many sums went in: totals of different rounds compare when equal. */
export type RoundTotal = { readonly atMs: number; readonly sum: bigint; readonly series: number }
export type LagTotal = RoundTotal & { readonly lag: bigint }

/**
 * One round a minute of the last hour, summed over all groups and topics of a connection, in the order of time: `sum`
 * is what was committed. All rows of a round carry the same time, so only their rows are read.
 */
export const readLagTotals = async (db: Database, connectionId: string): Promise<readonly LagTotal[]> => {
  const { rows } = await db.pool.query<{ at: Date; lag: string; committed: string; series: number }>(
    `WITH rounds AS MATERIALIZED (
       SELECT found.at FROM generate_series(0, 60) AS ago,
       LATERAL (
         SELECT max(at) AS at FROM lag_sample
         WHERE connection_id = $1 AND at > now() - (ago + 1) * interval '1 minute'
           AND at <= now() - ago * interval '1 minute'
       ) AS found WHERE found.at IS NOT NULL
     )
     SELECT at, sum(lag)::bigint AS lag, sum(committed_sum)::bigint AS committed, count(*)::int AS series
     FROM lag_sample
     WHERE connection_id = $1 AND at = ANY(ARRAY(SELECT at FROM rounds))
     GROUP BY at ORDER BY at`,
    [connectionId],
  )
  return rows.map(({ at, lag, committed, series }) => ({
    atMs: at.getTime(),
    lag: BigInt(lag),
    sum: BigInt(committed),
    series,
  }))
}

/**
 * One round a minute of the last hour, summed over the named topics, in the order of time: `sum` is their end offsets.
 * The rounds are those of the topic sampled last.
 */
export const readEndTotals = async (
  db: Database,
  connectionId: string,
  topics: readonly string[],
): Promise<readonly RoundTotal[]> => {
  const { rows } = await db.pool.query<{ at: Date; ends: string; series: number }>(
    `WITH pilot AS MATERIALIZED (
       SELECT asked.topic FROM unnest($2::text[]) AS asked(topic),
       LATERAL (
         SELECT at FROM topic_sample
         WHERE connection_id = $1 AND topic_sample.topic = asked.topic AND at > now() - interval '1 hour'
         ORDER BY at DESC LIMIT 1
       ) AS last ORDER BY last.at DESC LIMIT 1
     ),
     rounds AS MATERIALIZED (
       SELECT found.at FROM pilot, generate_series(0, 60) AS ago,
       LATERAL (
         SELECT max(at) AS at FROM topic_sample
         WHERE connection_id = $1 AND topic = pilot.topic AND at > now() - (ago + 1) * interval '1 minute'
           AND at <= now() - ago * interval '1 minute'
       ) AS found WHERE found.at IS NOT NULL
     )
     SELECT at, sum(end_sum)::bigint AS ends, count(*)::int AS series FROM topic_sample
     WHERE connection_id = $1 AND topic = ANY($2::text[]) AND at = ANY(ARRAY(SELECT at FROM rounds))
     GROUP BY at ORDER BY at`,
    [connectionId, topics],
  )
  return rows.map(({ at, ends, series }) => ({ atMs: at.getTime(), sum: BigInt(ends), series }))
}

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
