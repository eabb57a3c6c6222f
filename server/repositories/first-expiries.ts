import type { Database } from './database.ts'

/** What is asked of the letters of a failure group in one dead-letter topic, or of those that died in one topic. */
export type AskedExpiry = {
  readonly failureGroupId: string
  /**
   * `origin`: when the first of their origin records is deleted; `both`: when the first loses one of letter and origin
   * record; `last`: when the first has lost both.
   */
  readonly of: 'origin' | 'both' | 'last'
  /** Null: in any. */
  readonly topic: string | null
  readonly originTopic: string | null
  /** How long letters and origin records are kept, in milliseconds; null: not limited, or not asked. */
  readonly letterMs: number | null
  readonly originMs: number | null
}

/** Ten thousand years: longer retention is for ever, and PostgreSQL's times end before. */
const longestMs = 3e14
/**
 * Origin records are older than their letters' deaths by a time of their own: the first is looked for among so many
 * letters, those that died first. A thousand groups are asked about whenever somebody looks at the inbox.
 */
const lookedLetters = 8

const limitOf = ({ of, letterMs, originMs }: AskedExpiry): number => {
  const [letter, origin] = [letterMs ?? longestMs, originMs ?? longestMs]
  if (of === 'origin') return origin
  return of === 'both' ? Math.min(letter, origin) : Math.max(letter, origin)
}

const msOf = (time: string): string => `date_part('epoch', ${time}) * 1000`
const agoOf = (ms: string): string =>
  `'1970-01-01'::timestamptz + greatest(0, extract(epoch FROM now())::float8 * 1000 - ${ms}) * interval '1 millisecond'`

/**
 * When the first of what is asked goes that retention has not deleted yet, by failure group, in milliseconds since the
 * epoch; of several questions about a group the earliest. An origin record is as old as the letter tells, and where it
 * does not tell counts from the death: it may go sooner. For `last` it counts only where the letter tells.
 */
export const readFirstExpiries = async (
  db: Database,
  all: readonly AskedExpiry[],
): Promise<ReadonlyMap<string, number>> => {
  const asked = all.filter((one) => limitOf(one) < longestMs)
  if (asked.length === 0) return new Map()
  const { rows } = await db.pool.query<{ id: string; expires_ms: number }>(
    `SELECT asked.id, coalesce(min(oldest.ends) FILTER (WHERE oldest.ends > ${msOf('now()')}), max(oldest.ends)) AS expires_ms
     FROM (SELECT *, ${agoOf('limit_ms')} AS after, ${agoOf('letter_ms')} AS letter_after, ${agoOf('origin_ms')} AS origin_after
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::float8[])
         AS unnested(id, kind, topic, origin_topic, letter_ms, origin_ms, limit_ms) OFFSET 0) AS asked,
     LATERAL (
       SELECT CASE asked.kind
           WHEN 'last' THEN greatest(${msOf('died_at')} + asked.letter_ms,
             CASE WHEN origin_topic = asked.origin_topic AND origin_offset IS NOT NULL THEN ${msOf('origin_at')} + asked.origin_ms END)
           ELSE least(${msOf('died_at')} + asked.letter_ms,
             CASE WHEN origin_topic = asked.origin_topic THEN ${msOf('coalesce(origin_at, died_at)')} + asked.origin_ms END)
         END AS ends
       FROM dead_letter
       WHERE failure_group_id = asked.id AND (asked.topic IS NULL OR topic = asked.topic)
         AND (asked.kind <> 'origin' OR origin_topic = asked.origin_topic)
         AND died_at > asked.after
         AND (asked.kind <> 'last' OR died_at > asked.letter_after
           OR origin_at > asked.origin_after AND origin_topic = asked.origin_topic AND origin_offset IS NOT NULL)
       ORDER BY died_at, id LIMIT ${lookedLetters}
     ) AS oldest
     GROUP BY asked.id`,
    [
      asked.map(({ failureGroupId }) => failureGroupId),
      asked.map(({ of }) => of),
      asked.map(({ topic }) => topic),
      asked.map(({ originTopic }) => originTopic),
      asked.map(({ letterMs }) => letterMs),
      asked.map(({ originMs }) => originMs),
      asked.map(limitOf),
    ],
  )
  return new Map(rows.map((row) => [row.id, Math.round(row.expires_ms)]))
}

/** A dead-letter topic of a failure group, and how long it keeps its letters, in milliseconds. */
export type KeptTopic = {
  readonly failureGroupId: string
  readonly topic: string
  readonly letterMs: number
}
/** Null: each of the group's topics. */
export type KeptTopics = Omit<KeptTopic, 'topic'> & { readonly topic: string | null }

/** When the first letter that is still there is deleted, by failure group, in milliseconds since the epoch. */
export const readFirstDeletions = async (
  db: Database,
  topics: readonly KeptTopics[],
): Promise<ReadonlyMap<string, number>> => {
  const asked = topics.filter(({ letterMs }) => letterMs < longestMs)
  const [all, some] = [
    asked.filter(({ topic }) => topic === null),
    asked.filter(({ topic }) => topic !== null),
  ]
  const found = await Promise.all([
    // Its index answers alone where no topic is asked for: ten times as fast as looking at the letters.
    ...(all.length > 0 ? [readDeletions(db, all, 'true')] : []),
    ...(some.length > 0 ? [readDeletions(db, some, 'topic = asked.topic')] : []),
  ])
  return new Map(found.flatMap((one) => [...one]))
}

const readDeletions = async (
  db: Database,
  asked: readonly KeptTopics[],
  isAsked: string,
): Promise<ReadonlyMap<string, number>> => {
  const { rows } = await db.pool.query<{ id: string; expires_ms: number }>(
    `SELECT asked.id, min(${msOf('oldest.died_at')} + asked.letter_ms) AS expires_ms
     FROM (SELECT *, ${agoOf('letter_ms')} AS after
       FROM unnest($1::text[], $2::text[], $3::float8[]) AS unnested(id, topic, letter_ms) OFFSET 0) AS asked,
     LATERAL (
       SELECT died_at FROM dead_letter
       WHERE failure_group_id = asked.id AND died_at > asked.after AND ${isAsked}
       ORDER BY died_at, id LIMIT 1
     ) AS oldest
     GROUP BY asked.id`,
    [
      asked.map(({ failureGroupId }) => failureGroupId),
      asked.map(({ topic }) => topic),
      asked.map(({ letterMs }) => letterMs),
    ],
  )
  return new Map(rows.map((row) => [row.id, Math.round(row.expires_ms)]))
}

/**
 * When the first letter that Spillway has left out of what it keeps will be deleted, by failure group, in milliseconds
 * since the epoch. Groups without such a letter are left out.
 */
export const readLeftOutExpiries = async (
  db: Database,
  connectionId: string,
  topics: readonly KeptTopic[],
): Promise<ReadonlyMap<string, number>> => {
  const asked = topics.filter(({ letterMs }) => letterMs < longestMs)
  if (asked.length === 0) return new Map()
  const { rows } = await db.pool.query<{ id: string; expires_ms: number }>(
    `SELECT asked.id, min(${msOf('l.died_at')} + asked.letter_ms) AS expires_ms
     FROM kept_letter k
     JOIN dead_letter l ON l.connection_id = k.connection_id AND l.topic = k.topic AND l.partition = k.partition AND l."offset" = k."offset"
     JOIN unnest($2::text[], $3::text[], $4::float8[]) AS asked(id, topic, letter_ms)
       ON asked.id = l.failure_group_id AND asked.topic = l.topic
     WHERE k.connection_id = $1 AND k.left_out IS NOT NULL AND l.died_at > ${agoOf('asked.letter_ms')}
     GROUP BY asked.id`,
    [
      connectionId,
      asked.map(({ failureGroupId }) => failureGroupId),
      asked.map(({ topic }) => topic),
      asked.map(({ letterMs }) => letterMs),
    ],
  )
  return new Map(rows.map((row) => [row.id, Math.round(row.expires_ms)]))
}
