import type { Database } from './database.ts'
import { isOfCopy, isReturn, isSameError } from './returned-copies.ts'

export type LetterSpread = {
  readonly lookedAt: number
  readonly keys: { readonly distinct: number; readonly without: number }
  readonly top: readonly { readonly key: string; readonly count: number }[]
  readonly partitions: readonly { readonly partition: number; readonly count: number }[]
  readonly times: readonly { readonly fromMs: number; readonly untilMs: number; readonly count: number }[]
  readonly samples: readonly {
    readonly letterId: string
    readonly message: string | null
    readonly keyText: string | null
    readonly diedAt: number
    readonly count: number
  }[]
  readonly versions: readonly { readonly header: string; readonly value: string; readonly count: number }[]
  readonly traces: readonly string[]
}

/** How the newest letters of a failure group differ: by key, origin partition, version, time and message, long numbers aside. At most `limit`. */
export const readLetterSpread = async (db: Database, id: string, limit: number): Promise<LetterSpread> => {
  const { rows } = await db.pool.query<{ spread: LetterSpread }>(
    `WITH newest AS MATERIALIZED (
       SELECT row_number() OVER (ORDER BY died_at DESC, id DESC) AS no, id, died_at, key_text, origin_partition, message, trace_id, versions
       FROM dead_letter WHERE failure_group_id = $1 ORDER BY died_at DESC, id DESC LIMIT $2
     ), keys AS MATERIALIZED (
       SELECT key_text AS key, count(*)::int AS count FROM newest GROUP BY 1
     ), edges AS (
       SELECT min(died_at) AS first, greatest(max(died_at), min(died_at) + interval '1 minute') AS last FROM newest
     ), bars AS (
       SELECT least(39, floor(40 * date_part('epoch', died_at - first) / date_part('epoch', last - first)))::int AS bar, count(*)::int AS count
       FROM newest, edges GROUP BY 1
     ), alike AS MATERIALIZED (
       -- The newest of each, by its place.
       SELECT min(no) AS no, sum(count)::int AS count
       FROM (SELECT min(no) AS no, message, count(*) FROM newest GROUP BY message) AS same
       GROUP BY regexp_replace(message, '[0-9]{3,}', '*', 'g') ORDER BY 2 DESC, 1 LIMIT 6
     )
     SELECT json_build_object(
       'lookedAt', (SELECT count(*)::int FROM newest),
       'keys', (SELECT json_build_object('distinct', count(key)::int, 'without', coalesce(sum(count) FILTER (WHERE key IS NULL), 0)) FROM keys),
       'top', (SELECT coalesce(json_agg(k), '[]') FROM (
         SELECT key, count FROM keys WHERE key IS NOT NULL ORDER BY 2 DESC, 1 LIMIT 8) AS k),
       'partitions', (SELECT coalesce(json_agg(p), '[]') FROM (
         SELECT origin_partition AS partition, count(*)::int AS count FROM newest WHERE origin_partition IS NOT NULL
         GROUP BY 1 ORDER BY 1 LIMIT 200) AS p),
       'times', (SELECT coalesce(json_agg(t), '[]') FROM (
         SELECT round(extract(epoch FROM first + (last - first) * bar / 40) * 1000) AS "fromMs",
           round(extract(epoch FROM first + (last - first) * (bar + 1) / 40) * 1000) AS "untilMs",
           coalesce(count, 0) AS count
         FROM edges, generate_series(0, 39) AS bar LEFT JOIN bars USING (bar) WHERE first IS NOT NULL ORDER BY bar) AS t),
       'samples', (SELECT coalesce(json_agg(s), '[]') FROM (
         SELECT id::text AS "letterId", message, key_text AS "keyText", round(extract(epoch FROM died_at) * 1000) AS "diedAt", alike.count
         FROM alike JOIN newest USING (no) ORDER BY alike.count DESC, no) AS s),
       'versions', (SELECT coalesce(json_agg(v), '[]') FROM (
         SELECT pair->>0 AS header, pair->>1 AS value, sum(count)::int AS count
         FROM (SELECT versions, count(*) FROM newest WHERE versions IS NOT NULL GROUP BY 1) AS alike, jsonb_array_elements(versions::jsonb) AS pair
         GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 12) AS v),
       'traces', (SELECT coalesce(json_agg(trace_id), '[]') FROM (
         SELECT trace_id FROM newest WHERE trace_id IS NOT NULL ORDER BY died_at DESC LIMIT 20) AS r)
     ) AS spread`,
    [id, limit],
  )
  const [row] = rows
  if (!row) throw new Error('an aggregate answers one row')
  return row.spread
}

/**
 * How many letters of a group died between times, each from its first on and before its second (milliseconds). Those that
 * count by their arrival are taken out where they died and added where they came: so all three counts need no rows.
 */
export const countDeathsBetween = async (
  db: Database,
  id: string,
  spans: readonly { readonly fromMs: number; readonly untilMs: number }[],
): Promise<readonly number[]> => {
  const { rows } = await db.pool.query<{ count: number }>(
    `SELECT (SELECT count(*)::int FROM dead_letter
             WHERE failure_group_id = $1 AND died_at >= span.since AND died_at < span.until)
          - (SELECT count(*)::int FROM dead_letter
             WHERE failure_group_id = $1 AND arrived_at IS NOT NULL AND died_at >= span.since AND died_at < span.until)
          + (SELECT count(*)::int FROM dead_letter
             WHERE failure_group_id = $1 AND arrived_at >= span.since AND arrived_at < span.until) AS count
     FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS span(since, until, no) ORDER BY no`,
    [id, spans.map(({ fromMs }) => new Date(fromMs)), spans.map(({ untilMs }) => new Date(untilMs))],
  )
  return rows.map(({ count }) => count)
}

/**
 * What became of the letters of a group that were sent again since a time, by whichever replay. A copy whose new letter
 * is not indexed any more counts as one that died of the same error.
 */
export const countCopiesSince = async (
  db: Database,
  id: string,
  sinceMs: number,
): Promise<{ readonly settled: number; readonly returned: number; readonly returnedOtherwise: number }> => {
  const { rows } = await db.pool.query<{ settled: number; returned: number; same: number }>(
    `SELECT (count(*) FILTER (WHERE i.outcome = 'SETTLED'))::int AS settled,
            (count(*) FILTER (WHERE i.outcome = 'RETURNED'))::int AS returned,
            (count(*) FILTER (WHERE i.outcome = 'RETURNED' AND coalesce(back.same, true)))::int AS same
     FROM replay r JOIN replay_item i ON i.replay_id = r.id JOIN dead_letter before ON before.id = i.letter_id
       LEFT JOIN LATERAL (
         SELECT ${isSameError} AS same FROM dead_letter l WHERE l.replay_item_id = i.id AND ${isOfCopy}
         ORDER BY ${isReturn} DESC, l.id LIMIT 1) AS back ON i.outcome = 'RETURNED'
     WHERE r.connection_id = (SELECT connection_id FROM failure_group WHERE id = $1) AND r.number IS NOT NULL
       AND (r.finished_at IS NULL OR r.finished_at >= $2)
       AND before.failure_group_id = $1 AND i.sent_at >= $2`,
    [id, new Date(sinceMs)],
  )
  const { settled, returned, same } = rows[0] ?? { settled: 0, returned: 0, same: 0 }
  return { settled, returned: same, returnedOtherwise: returned - same }
}

/**
 * Services whose spans stand in traces, and those of them that read as a consumer group. Not every instrumentation names
 * the group (that of kafkajs does not): where none of the spans does, those read that consume the origin topic.
 */
export const readServicesOfTraces = async (
  db: Database,
  traceIds: readonly string[],
  { group, originTopic }: { readonly group: string | null; readonly originTopic: string | null },
): Promise<{ readonly all: readonly string[]; readonly readers: readonly string[] }> => {
  const { rows } = await db.pool.query<{ service: string; is_named: boolean; consumes: boolean }>(
    `SELECT service, bool_or(kind = 5 AND group_id = $2) IS TRUE AS is_named,
       bool_or(kind = 5 AND group_id IS NULL AND topic = $3) IS TRUE AS consumes
     FROM span
     WHERE trace_id = ANY($1::bytea[]) AND service !~ '^spillway' GROUP BY service ORDER BY service`,
    [traceIds.map((trace) => Buffer.from(trace, 'hex')), group, originTopic],
  )
  const isNamed = rows.some(({ is_named }) => is_named)
  return {
    all: rows.map(({ service }) => service),
    readers: rows
      .filter(({ is_named, consumes }) => (isNamed ? is_named : consumes))
      .map(({ service }) => service),
  }
}
