import type { Database } from './database.ts'

/** What is asked of the letters of a failure group in one dead-letter topic, or of those that died in one topic. */
export type AskedExpiry = {
  readonly failureGroupId: string
  /**
   * `letter`: when the first of them is deleted; `origin`: when the first of their origin records is; `both`: when the
   * first loses one of the two; `last`: when the first has lost both.
   */
  readonly of: 'letter' | 'origin' | 'both' | 'last'
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
  if (of === 'letter') return letter
  if (of === 'origin') return origin
  return of === 'both' ? Math.min(letter, origin) : Math.max(letter, origin)
}

const msOf = (time: string): string => `extract(epoch FROM ${time})::float8 * 1000`
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
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::float8[], $8::int[])
       AS asked(id, kind, topic, origin_topic, letter_ms, origin_ms, limit_ms, looked),
     LATERAL (
       SELECT CASE asked.kind
           WHEN 'letter' THEN ${msOf('died_at')} + asked.letter_ms
           WHEN 'last' THEN greatest(${msOf('died_at')} + asked.letter_ms,
             CASE WHEN origin_topic = asked.origin_topic AND origin_offset IS NOT NULL THEN ${msOf('origin_at')} + asked.origin_ms END)
           ELSE least(${msOf('died_at')} + asked.letter_ms,
             CASE WHEN origin_topic = asked.origin_topic THEN ${msOf('coalesce(origin_at, died_at)')} + asked.origin_ms END)
         END AS ends
       FROM dead_letter
       WHERE failure_group_id = asked.id AND (asked.topic IS NULL OR topic = asked.topic)
         AND (asked.kind <> 'origin' OR origin_topic = asked.origin_topic)
         AND died_at > ${agoOf('asked.limit_ms')}
         AND (asked.kind <> 'last' OR died_at > ${agoOf('asked.letter_ms')}
           OR origin_at > ${agoOf('asked.origin_ms')} AND origin_topic = asked.origin_topic AND origin_offset IS NOT NULL)
       ORDER BY died_at, id LIMIT asked.looked
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
      asked.map(({ of }) => (of === 'letter' ? 1 : lookedLetters)),
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
