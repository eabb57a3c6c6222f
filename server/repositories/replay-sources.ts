import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'
import { isSameSource, isSameTarget } from './replay-clusters.ts'

/** Whom a replay waits for, and why: one dead-letter partition, or one key of a target, is worked on by one at a time. */
export type Predecessor = { readonly number: number } & (
  | { readonly topic: string; readonly partition: number }
  | { readonly target: string; readonly keyText: string }
)

/** States in which a replay still sends, or will. */
const isOver = `r.state IN ('following', 'done', 'cancelled', 'failed')`

/**
 * Takes all dead-letter partitions that a replay still has to send letters of, or none: a partition, and a key of a
 * target, is worked on by one replay at a time, the earlier started first, so that two can not wait for each other. What
 * a replay has taken it keeps, paused or with another worker too, until it sends no more; one that is scheduled holds up
 * nobody. Two connections to one cluster count as one. Runs under the replay's lease; answers null, or whom it waits for.
 */
export const takeSources = (
  db: Database,
  replay: { readonly id: string; readonly connectionId: string; readonly number: number | null },
  lease: LeaseProof,
): Promise<Predecessor | null> =>
  runUnderLease(db, lease, async (client) => {
    // Of all connections: replays of several may write to the same keys.
    await client.query("SELECT pg_advisory_xact_lock(hashtext('replay-source'), 0)")
    const wanted = `SELECT DISTINCT source_topic, source_partition FROM replay_item WHERE replay_id = $1 AND outcome = 'PENDING'`
    // What it has taken before stays its own, whoever has come with a lower number since: two would wait for each other.
    const missing = await client.query(
      `WITH wanted AS (${wanted}) SELECT FROM wanted w WHERE NOT EXISTS (SELECT FROM replay_source s
         WHERE s.connection_id = $2 AND s.replay_id = $1 AND s.topic = w.source_topic AND s.partition = w.source_partition) LIMIT 1`,
      [replay.id, replay.connectionId],
    )
    if (missing.rowCount === 0) return null
    const { rows } = await client.query<{ number: number; topic: string; partition: number }>(
      `WITH wanted AS (${wanted})
       SELECT r.number, w.source_topic AS topic, w.source_partition AS partition
         FROM replay_source s JOIN wanted w ON w.source_topic = s.topic AND w.source_partition = s.partition
         JOIN replay r ON r.id = s.replay_id AND NOT ${isOver}
         JOIN replay me ON me.id = $1 AND ${isSameSource('r', 'me')}
         WHERE s.replay_id <> $1
       UNION
       SELECT r.number, w.source_topic, w.source_partition
         FROM replay r JOIN replay_item i ON i.replay_id = r.id AND i.outcome = 'PENDING'
         JOIN wanted w ON w.source_topic = i.source_topic AND w.source_partition = i.source_partition
         JOIN replay me ON me.id = $1 AND ${isSameSource('r', 'me')}
         WHERE r.state IN ('running', 'paused', 'cancelling') AND r.number < $2
       ORDER BY 1 DESC, 2, 3 LIMIT 1`,
      [replay.id, replay.number ?? 0],
    )
    const [behind] = rows
    if (behind) return behind
    // Items of all are put together by their keys: a join of theirs would be chosen by statistics that a plan which was
    // made a moment ago does not have yet, and take the product of both.
    const shared = await client.query<{ number: number; target: string; key: string }>(
      `WITH others AS MATERIALIZED (
         SELECT r.id, r.number FROM replay r JOIN replay me ON me.id = $1 AND ${isSameTarget('r', 'me')}
         WHERE r.id <> $1 AND r.state IN ('running', 'paused', 'cancelling')
           AND (r.number < $2 OR EXISTS (SELECT FROM replay_source s WHERE s.replay_id = r.id)))
       SELECT max(r.number) AS number, i.target_topic AS target, i.key_text AS key
         FROM (SELECT id, number FROM others UNION ALL SELECT $1::uuid, NULL WHERE EXISTS (SELECT FROM others)) r
         JOIN replay_item i ON i.replay_id = r.id AND i.outcome = 'PENDING' AND i.key_text IS NOT NULL
         GROUP BY i.target_topic, i.key_text
         HAVING max(r.number) IS NOT NULL AND bool_or(i.replay_id = $1)
         ORDER BY 1 DESC, min(i.seq) FILTER (WHERE r.number IS NOT NULL) LIMIT 1`,
      [replay.id, replay.number ?? 0],
    )
    const [sharing] = shared.rows
    if (sharing) return { number: sharing.number, target: sharing.target, keyText: sharing.key }
    await client.query(
      `INSERT INTO replay_source AS s (connection_id, topic, partition, replay_id)
       SELECT $2, w.source_topic, w.source_partition, $1 FROM (${wanted}) w
       ON CONFLICT (connection_id, topic, partition) DO UPDATE SET replay_id = excluded.replay_id`,
      [replay.id, replay.connectionId],
    )
    return null
  })
