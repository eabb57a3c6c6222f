import type { DyingGroupFacts } from '#server/domain/overview-troubles.ts'
import type { Database } from './database.ts'
import { readTrends } from './failure-group-trends.ts'

const noDeaths: readonly number[] = new Array<number>(60).fill(0)
/** Of a failure group with more letters it is left to its closing by the worker to say that all are settled. */
const lookedThrough = 500

/** Open failure groups with a death within the last hour, the most recent ones first, at most `limit`. */
export const readDyingGroups = async (
  db: Database,
  connectionId: string,
  limit: number,
): Promise<readonly DyingGroupFacts[]> => {
  const [{ rows }, trends] = await Promise.all([
    db.pool.query<{
      id: string
      consumer_group: string | null
      origin_topic: string | null
      dead_letter_topics: string[]
      error_class: string | null
      message: string | null
      frame: string | null
      letters: string
      first_seen_at: Date
      last_seen_at: Date
      settled_by: number | null
    }>(
      // A returned copy is told by the letter that it became. The first open letter ends the look for one. Items are asked
      // for by their letters, never by going back through all of them, which the order of their ids alone would suggest.
      `SELECT open.*, CASE WHEN unsettled.id IS NULL THEN newest.number END AS settled_by
       FROM (
         SELECT id, consumer_group, origin_topic, dead_letter_topics, coalesce(root_cause, error_class) AS error_class,
                message, frame, letters, first_seen_at, last_seen_at
         FROM failure_group
         WHERE connection_id = $1 AND last_seen_at > now() - interval '1 hour' AND state NOT IN ('resolved', 'archived', 'muted')
           AND merged_into IS NULL
         ORDER BY last_seen_at DESC LIMIT $2
       ) AS open
       LEFT JOIN LATERAL (
         SELECT r.number FROM dead_letter l JOIN replay_item i ON i.letter_id = l.id JOIN replay r ON r.id = i.replay_id
         WHERE l.id = (SELECT id FROM dead_letter WHERE failure_group_id = open.id ORDER BY died_at DESC, id DESC LIMIT 1)
           AND i.outcome = 'SETTLED' AND open.letters <= ${lookedThrough}
         ORDER BY i.id + 0 DESC LIMIT 1
       ) AS newest ON true
       LEFT JOIN LATERAL (
         SELECT l.id FROM dead_letter l
         WHERE l.failure_group_id = open.id AND newest.number IS NOT NULL AND coalesce((
           SELECT i.outcome FROM replay_item i JOIN replay r ON r.id = i.replay_id
           WHERE i.letter_id = l.id AND r.state <> 'planned' ORDER BY i.id + 0 DESC LIMIT 1
         ), '') NOT IN ('SETTLED', 'RETURNED')
         ORDER BY l.died_at DESC, l.id DESC LIMIT 1
       ) AS unsettled ON true
       ORDER BY open.last_seen_at DESC`,
      [connectionId, limit],
    ),
    readTrends(db, connectionId, null),
  ])
  return rows.map((row) => ({
    id: row.id,
    consumerGroup: row.consumer_group,
    originTopic: row.origin_topic,
    deadLetterTopics: row.dead_letter_topics,
    errorClass: row.error_class,
    message: row.message,
    frame: row.frame,
    letters: Number(row.letters),
    firstSeenAtMs: row.first_seen_at.getTime(),
    lastSeenAtMs: row.last_seen_at.getTime(),
    deaths: trends.get(row.id) ?? noDeaths,
    settledByReplay: row.settled_by,
  }))
}

/** Replays of a connection that are under way. */
export const countRunningReplays = async (db: Database, connectionId: string): Promise<number> => {
  const { rows } = await db.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM replay
     WHERE connection_id = $1 AND state IN ('running', 'paused', 'cancelling', 'following')`,
    [connectionId],
  )
  return rows[0]?.count ?? 0
}

/** Spans of one service on one topic (or on none), of the newest spans of the last minutes. */
export type SpanFlow = {
  readonly service: string
  readonly topic: string | null
  readonly kind: 'producer' | 'consumer' | 'other'
  readonly group: string | null
  readonly spans: number
  readonly errors: number
  /** Consumer spans that neither have a parent nor a link: their message carried no trace context. */
  readonly contextless: number
}

/**
 * What the newest spans say of who talks to whom: of the last `minutes`, at most the newest `limit`, so that the answer
 * costs the same on a busy system. `coveredMs` is the time that they reach back. Spillway's own spans do not count.
 */
export const readSpanFlows = async (
  db: Database,
  minutes: number,
  limit: number,
): Promise<{ readonly flows: readonly SpanFlow[]; readonly coveredMs: number }> => {
  const { rows } = await db.pool.query<{
    service: string
    topic: string | null
    kind: number
    group_id: string | null
    spans: number
    errors: number
    contextless: number
    age_ms: number
  }>(
    `WITH newest AS MATERIALIZED (
       SELECT day, trace_id, span_id, parent_span_id, service, topic, kind, group_id, status, start_ns
       FROM span
       WHERE start_ns > (extract(epoch FROM now() - $1::int * interval '1 minute') * 1e9)::bigint
         AND day >= (now() AT TIME ZONE 'UTC')::date - 1
         AND service !~ '^spillway'
       ORDER BY start_ns DESC LIMIT $2
     )
     SELECT service, topic, kind, group_id, count(*)::int AS spans,
            (count(*) FILTER (WHERE status = 2))::int AS errors,
            (count(*) FILTER (WHERE kind = 5 AND topic IS NOT NULL AND parent_span_id IS NULL AND NOT EXISTS (
              SELECT 1 FROM span_link
              WHERE span_link.day = newest.day AND span_link.trace_id = newest.trace_id
                AND span_link.span_id = newest.span_id
            )))::int AS contextless,
            extract(epoch FROM now())::float8 * 1000 - min(start_ns)::float8 / 1e6 AS age_ms
     FROM newest GROUP BY service, topic, kind, group_id`,
    [minutes, limit],
  )
  const spans = rows.reduce((sum, row) => sum + row.spans, 0)
  const reachedBackMs = rows.reduce((most, { age_ms }) => Math.max(most, age_ms), 1_000)
  return {
    // One span a moment ago is not sixty a minute.
    coveredMs: spans < limit ? Math.max(60_000, reachedBackMs) : reachedBackMs,
    flows: rows.map((row) => ({
      service: row.service,
      topic: row.topic,
      kind: row.kind === 4 ? 'producer' : row.kind === 5 ? 'consumer' : 'other',
      group: row.group_id,
      spans: row.spans,
      errors: row.errors,
      contextless: row.contextless,
    })),
  }
}
