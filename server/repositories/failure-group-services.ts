import type { Database } from './database.ts'

/** Traces of so many of its newest letters tell the services of a failure group. */
const tracesLookedAt = 10

/**
 * Looks which services stand in the traces of the newest letters of failure groups, those that read as the group's
 * consumer group first, or where no span names the group those that consume the origin topic, and keeps them beside the
 * group: of groups with letters that were not looked at, but no group more often than every `againMs` milliseconds, since
 * spans come after their letters. Answers how many groups have changed.
 */
export const refreshServices = async (
  db: Database,
  connectionId: string,
  againMs: number,
  limit: number,
): Promise<number> => {
  const { rowCount } = await db.pool.query(
    `WITH due AS MATERIALIZED (
       SELECT id, consumer_group, origin_topic, letters FROM failure_group
       WHERE connection_id = $1 AND letters > 0 AND services_letters IS DISTINCT FROM letters
         AND (services_at IS NULL OR services_at < now() - $2::float8 * interval '1 millisecond')
       ORDER BY services_at NULLS FIRST LIMIT $3
     ), seen AS (
       SELECT due.id, s.service, coalesce(max(CASE
         WHEN s.kind <> 5 THEN 0
         WHEN s.group_id = due.consumer_group THEN 2
         WHEN s.group_id IS NULL AND s.topic = due.origin_topic THEN 1
       END), 0) AS reads
       FROM due, LATERAL (
         SELECT trace_id FROM dead_letter WHERE failure_group_id = due.id
         ORDER BY died_at DESC, dead_letter.id DESC LIMIT $4
       ) AS newest
       JOIN span AS s ON s.trace_id = decode(newest.trace_id, 'hex')
       WHERE newest.trace_id IS NOT NULL AND s.service !~ '^spillway'
       GROUP BY due.id, s.service
     ), told AS (
       SELECT due.id, due.letters,
         (SELECT array_agg(service ORDER BY reads DESC, service) FROM seen WHERE seen.id = due.id) AS services
       FROM due
     ), free AS MATERIALIZED (
       -- Those that the index writes just now come later: two who hold what the other waits for would wait for ever.
       SELECT id FROM failure_group WHERE id IN (SELECT id FROM due) FOR NO KEY UPDATE SKIP LOCKED
     ), kept AS (
       UPDATE failure_group AS g
       SET services = coalesce(told.services, g.services), services_at = now(), services_letters = told.letters
       FROM told JOIN free USING (id) WHERE g.id = told.id
       RETURNING g.id
     )
     SELECT FROM told JOIN failure_group AS before USING (id) JOIN kept USING (id)
     WHERE told.services IS DISTINCT FROM before.services AND told.services IS NOT NULL`,
    [connectionId, againMs, limit, tracesLookedAt],
  )
  return rowCount ?? 0
}
