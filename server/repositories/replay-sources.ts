import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'

/** Whom a replay waits for, and on which dead-letter partition. */
export type Predecessor = {
  readonly number: number
  readonly topic: string
  readonly partition: number
}

/** States in which a replay still sends, or will. */
const isOver = `r.state IN ('following', 'done', 'cancelled', 'failed')`

/**
 * Takes all dead-letter partitions that a replay still has to send letters of, or none: a partition is worked on by one
 * replay at a time, the earlier started first, so that two can not wait for each other. What a replay has taken is free
 * again once it sends no more. Runs under the replay's lease; answers null, or whom it waits for.
 */
export const takeSources = (
  db: Database,
  replay: { readonly id: string; readonly connectionId: string; readonly number: number | null },
  lease: LeaseProof,
): Promise<Predecessor | null> =>
  runUnderLease(db, lease, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock(hashtext('replay-source'), hashtext($1))", [
      replay.connectionId,
    ])
    const wanted = `SELECT DISTINCT source_topic, source_partition FROM replay_item WHERE replay_id = $1 AND outcome = 'PENDING'`
    const { rows } = await client.query<{ number: number; topic: string; partition: number }>(
      `WITH wanted AS (${wanted})
       SELECT r.number, w.source_topic AS topic, w.source_partition AS partition
         FROM replay_source s JOIN wanted w ON w.source_topic = s.topic AND w.source_partition = s.partition
         JOIN replay r ON r.id = s.replay_id AND NOT ${isOver}
         WHERE s.connection_id = $2 AND s.replay_id <> $1
       UNION
       SELECT r.number, w.source_topic, w.source_partition
         FROM replay r JOIN replay_item i ON i.replay_id = r.id AND i.outcome = 'PENDING'
         JOIN wanted w ON w.source_topic = i.source_topic AND w.source_partition = i.source_partition
         WHERE r.connection_id = $2 AND r.state IN ('running', 'cancelling') AND r.number < $3
       ORDER BY 1 DESC, 2, 3 LIMIT 1`,
      [replay.id, replay.connectionId, replay.number ?? 0],
    )
    const [behind] = rows
    if (behind) return behind
    await client.query(
      `INSERT INTO replay_source AS s (connection_id, topic, partition, replay_id)
       SELECT $2, w.source_topic, w.source_partition, $1 FROM (${wanted}) w
       ON CONFLICT (connection_id, topic, partition) DO UPDATE SET replay_id = excluded.replay_id`,
      [replay.id, replay.connectionId],
    )
    return null
  })
