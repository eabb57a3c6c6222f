import type { TopicName } from '#server/contracts/scalars.ts'
import { type SchemaDrift, type SchemaSighting, schemaDrift } from '#server/contracts/schemas.ts'
import type { TopicFormats } from '#server/contracts/topics.ts'
import type { Database } from './database.ts'
import { runInTransaction } from './run-in-transaction.ts'

export type NewSighting = {
  readonly schemaId: number
  readonly subject: string | null
  readonly version: number | null
  readonly firstSeenAtMs: number
  readonly lastSeenAtMs: number
  readonly inSample: number
  readonly services: readonly string[]
}
export type NewSideSample = {
  readonly side: 'key' | 'value'
  readonly messages: number
  readonly nulls: number
  readonly withoutSchema: number
  readonly format: string | null
  /** What all messages decoded as, most frequent first; nulls have none. */
  readonly formats: readonly string[]
  readonly drifts: readonly SchemaDrift[]
  readonly problem: string | null
  readonly sightings: readonly NewSighting[]
}

/**
 * Writes what a sample of a topic showed. Schema ids seen before keep the time at which they were seen first, and those
 * that this sample lacks stay with none in it. `atMs` in milliseconds since the epoch.
 */
export const writeSchemaSample = (
  db: Database,
  connectionId: string,
  topic: string,
  atMs: number,
  sides: readonly NewSideSample[],
): Promise<void> =>
  runInTransaction(db, async (client) => {
    for (const one of sides) {
      const { side, messages, nulls, withoutSchema, format, formats, drifts, problem, sightings } = one
      await client.query(
        `INSERT INTO schema_sample (connection_id, topic, side, sampled_at, messages, nulls, without_schema, format, drifts, problem, formats)
         VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000), $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (connection_id, topic, side) DO UPDATE
           SET sampled_at = excluded.sampled_at, messages = excluded.messages, nulls = excluded.nulls,
               without_schema = excluded.without_schema, format = excluded.format, drifts = excluded.drifts,
               problem = excluded.problem, formats = excluded.formats`,
        [
          connectionId,
          topic,
          side,
          atMs,
          messages,
          nulls,
          withoutSchema,
          format,
          JSON.stringify(drifts),
          problem,
          formats,
        ],
      )
      await client.query(
        `UPDATE schema_sighting SET in_sample = 0 WHERE connection_id = $1 AND topic = $2 AND side = $3`,
        [connectionId, topic, side],
      )
      for (const one of sightings)
        await client.query(
          `INSERT INTO schema_sighting AS s
             (connection_id, topic, side, schema_id, subject, version, first_seen_at, last_seen_at, in_sample, services)
           VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7::float8 / 1000), to_timestamp($8::float8 / 1000), $9, $10)
           ON CONFLICT (connection_id, topic, side, schema_id) DO UPDATE
             SET subject = coalesce(excluded.subject, s.subject), version = coalesce(excluded.version, s.version),
                 first_seen_at = least(s.first_seen_at, excluded.first_seen_at),
                 last_seen_at = greatest(s.last_seen_at, excluded.last_seen_at),
                 in_sample = excluded.in_sample,
                 services = CASE WHEN excluded.services = '{}' THEN s.services ELSE excluded.services END`,
          [
            connectionId,
            topic,
            side,
            one.schemaId,
            one.subject,
            one.version,
            one.firstSeenAtMs,
            one.lastSeenAtMs,
            one.inSample,
            one.services,
          ],
        )
    }
  })

/** Records that a topic could not be sampled, without touching what was seen before. */
export const writeSampleProblem = async (
  db: Database,
  connectionId: string,
  topic: string,
  atMs: number,
  problem: string,
): Promise<void> => {
  await db.pool.query(
    `INSERT INTO schema_sample (connection_id, topic, side, sampled_at, messages, nulls, without_schema, drifts, problem)
     SELECT $1, $2, side, to_timestamp($3::float8 / 1000), 0, 0, 0, '[]', $4 FROM unnest(ARRAY['key', 'value']) AS side
     ON CONFLICT (connection_id, topic, side) DO UPDATE
       SET sampled_at = excluded.sampled_at, problem = excluded.problem`,
    [connectionId, topic, atMs, problem],
  )
}

/** What the latest samples of topics decoded as. Topics that were never sampled are left out. */
export const readTopicFormats = async (
  db: Database,
  connectionId: string,
  topics: readonly string[],
): Promise<TopicFormats['topics']> => {
  const { rows } = await db.pool.query<{
    topic: TopicName
    key: string[]
    value: string[]
    messages: number
    sampled_at: Date
    problem: string | null
  }>(
    `SELECT topic, k.formats AS key, v.formats AS value, v.messages + v.nulls AS messages, v.sampled_at, v.problem
     FROM schema_sample v JOIN schema_sample k USING (connection_id, topic)
     WHERE connection_id = $1 AND topic = ANY($2) AND v.side = 'value' AND k.side = 'key' ORDER BY topic`,
    [connectionId, topics],
  )
  return rows.map(({ sampled_at, ...row }) => ({ ...row, sampledAt: sampled_at.getTime() }))
}

/** Forgets what was seen in topics that are there no longer. Answers how many topics that were. */
export const forgetSampledTopics = async (
  db: Database,
  connectionId: string,
  topics: readonly string[],
): Promise<number> => {
  const { rowCount } = await db.pool.query(
    `WITH gone AS (DELETE FROM schema_sample WHERE connection_id = $1 AND topic <> ALL($2::text[]) RETURNING topic),
          unseen AS (DELETE FROM schema_sighting WHERE connection_id = $1 AND topic <> ALL($2::text[]))
     SELECT DISTINCT topic FROM gone`,
    [connectionId, topics],
  )
  return rowCount ?? 0
}

/** When each topic was sampled last, in milliseconds since the epoch. */
export const readSampledAt = async (
  db: Database,
  connectionId: string,
): Promise<ReadonlyMap<string, number>> => {
  const { rows } = await db.pool.query<{ topic: string; at: Date }>(
    'SELECT topic, max(sampled_at) AS at FROM schema_sample WHERE connection_id = $1 GROUP BY topic',
    [connectionId],
  )
  return new Map(rows.map(({ topic, at }) => [topic, at.getTime()]))
}

export type SampleState = {
  readonly oldestAt: number | null
  readonly newestAt: number | null
  readonly topics: number
}

/** How old the samples of a connection are. */
export const readSampleState = async (db: Database, connectionId: string): Promise<SampleState> => {
  const at = [...(await readSampledAt(db, connectionId)).values()]
  return at.length === 0
    ? { oldestAt: null, newestAt: null, topics: 0 }
    : { oldestAt: Math.min(...at), newestAt: Math.max(...at), topics: at.length }
}

type SightingRow = {
  topic: string
  side: 'key' | 'value'
  schema_id: number
  subject: string | null
  version: number | null
  first_seen_at: Date
  last_seen_at: Date
  in_sample: number
  services: string[]
  messages: number
  sampled_at: Date
}

/** Where schemas were seen: of these subjects, of one id, of one topic, or all; last seen first, at most 5,000. */
export const readSightings = async (
  db: Database,
  connectionId: string,
  of: { readonly subjects?: readonly string[]; readonly schemaId?: number; readonly topic?: string } = {},
): Promise<SchemaSighting[]> => {
  const { rows } = await db.pool.query<SightingRow>(
    `SELECT s.*, p.messages, p.sampled_at
     FROM schema_sighting s JOIN schema_sample p USING (connection_id, topic, side)
     WHERE s.connection_id = $1 AND ($2::text[] IS NULL OR s.subject = ANY($2)) AND ($3::int IS NULL OR s.schema_id = $3)
       AND ($4::text IS NULL OR s.topic = $4)
     ORDER BY s.last_seen_at DESC, s.topic, s.side, s.schema_id LIMIT 5000`,
    [connectionId, of.subjects ?? null, of.schemaId ?? null, of.topic ?? null],
  )
  return rows.map((row) => ({
    topic: row.topic as TopicName,
    side: row.side,
    schemaId: row.schema_id,
    subject: row.subject,
    version: row.version,
    firstSeenAt: row.first_seen_at.getTime(),
    lastSeenAt: row.last_seen_at.getTime(),
    inSample: row.in_sample,
    sampleMessages: row.messages,
    sampledAt: row.sampled_at.getTime(),
    services: row.services,
  }))
}

export type SideSample = {
  readonly topic: string
  readonly side: 'key' | 'value'
  readonly sampledAt: number
  readonly messages: number
  readonly nulls: number
  readonly withoutSchema: number
  readonly format: string | null
  readonly problem: string | null
  readonly drifts: readonly SchemaDrift[]
}

type DriftQuery = {
  readonly subject?: string
  /** Whether topics without any schema are meant, or what departs from a contract; both when not said. */
  readonly withoutSchema?: boolean
}

/** How sampled messages depart from their contracts, by topic: at most `limit` of them, and how many there are. */
export const readDrifts = async (
  db: Database,
  connectionId: string,
  { subject, withoutSchema }: DriftQuery,
  limit: number,
): Promise<{ drifts: SchemaDrift[]; total: number }> => {
  const { rows } = await db.pool.query<{ drift: unknown; total: number }>(
    `SELECT drift, (count(*) OVER ())::int AS total
     FROM schema_sample s CROSS JOIN LATERAL jsonb_array_elements(s.drifts) WITH ORDINALITY AS d(drift, place)
     WHERE s.connection_id = $1 AND s.drifts <> '[]' AND ($2::text IS NULL OR drift->>'subject' = $2)
       AND ($3::boolean IS NULL OR (drift->>'kind' = 'without-schema') = $3)
     ORDER BY s.topic, s.side, place LIMIT $4`,
    [connectionId, subject ?? null, withoutSchema ?? null, limit],
  )
  return {
    drifts: rows.flatMap((row) => schemaDrift.safeParse(row.drift).data ?? []),
    total: rows[0]?.total ?? 0,
  }
}

/** How many drifts there are of each of these subjects. Subjects without any are left out. */
export const countDrifts = async (
  db: Database,
  connectionId: string,
  subjects: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const { rows } = await db.pool.query<{ subject: string; drifts: number }>(
    `SELECT drift->>'subject' AS subject, count(*)::int AS drifts
     FROM schema_sample s CROSS JOIN LATERAL jsonb_array_elements(s.drifts) AS drift
     WHERE s.connection_id = $1 AND s.drifts <> '[]' AND drift->>'subject' = ANY($2) GROUP BY 1`,
    [connectionId, subjects],
  )
  return new Map(rows.map((row) => [row.subject, row.drifts]))
}

/** The latest samples of a topic, by side. */
export const readSideSamples = async (
  db: Database,
  connectionId: string,
  topic: string,
): Promise<SideSample[]> => {
  const { rows } = await db.pool.query<{
    topic: string
    side: 'key' | 'value'
    sampled_at: Date
    messages: number
    nulls: number
    without_schema: number
    format: string | null
    problem: string | null
    drifts: unknown
  }>(
    `SELECT topic, side, sampled_at, messages, nulls, without_schema, format, problem, drifts FROM schema_sample
     WHERE connection_id = $1 AND topic = $2 ORDER BY side`,
    [connectionId, topic],
  )
  return rows.map((row) => ({
    topic: row.topic,
    side: row.side,
    sampledAt: row.sampled_at.getTime(),
    messages: row.messages,
    nulls: row.nulls,
    withoutSchema: row.without_schema,
    format: row.format,
    problem: row.problem,
    drifts: schemaDrift.array().catch([]).parse(row.drifts),
  }))
}
