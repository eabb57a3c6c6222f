import type { GroupStanding } from '#server/domain/failure-group-state.ts'
import type { Database } from './database.ts'
import { type KeyCount, readKeyCounts } from './failure-group-keys.ts'
import { muteOf } from './failure-group-standings.ts'
import { readTrends } from './failure-group-trends.ts'

export type FailureGroupRecord = {
  readonly id: string
  readonly errorClass: string | null
  readonly rootCause: string | null
  readonly message: string | null
  readonly frame: string | null
  /** Null in a list of groups. */
  readonly stack: string | null
  readonly originTopic: string | null
  readonly group: string | null
  readonly deadLetterTopics: readonly string[]
  readonly conventions: readonly string[]
  readonly letters: number
  /** Different keys of its letters; null while they are counted anew. */
  readonly keys: KeyCount | null
  /** Services in the traces of its newest letters, the one that reads first. */
  readonly services: readonly string[]
  readonly firstSeenAtMs: number
  readonly lastSeenAtMs: number
  readonly sampleLetterId: bigint | null
  /** Of the newest letter: how sure its origin is, and whether its record holds no payload. */
  readonly confidence: string
  readonly isPointer: boolean
  readonly state: string
  readonly stateBy: string | null
  readonly stateAtMs: number | null
  readonly assignee: string | null
  readonly mute: GroupStanding['mute']
  readonly regression: GroupStanding['regression']
  /** Deaths a minute of the last hour, oldest first. */
  readonly trend: readonly number[]
}

const noDeaths: readonly number[] = new Array<number>(60).fill(0)
/** A list holds at most so many, the last seen ones. */
export const listedFailureGroups = 1_000

/** An open group with a replay under way. */
const isReplaying = `g.state IN ('new', 'known', 'investigating', 'fix-out') AND g.id IN (
  SELECT failure_group_id FROM replay WHERE connection_id = $1 AND failure_group_id IS NOT NULL
    AND started_at IS NOT NULL AND finished_at IS NULL AND state NOT IN ('planned', 'done', 'cancelled', 'failed'))`

/** How many failure groups a connection has, by state. */
export const countFailureGroups = async (
  db: Database,
  connectionId: string,
): Promise<ReadonlyMap<string, number>> => {
  const { rows } = await db.pool.query<{ state: string; count: number }>(
    `SELECT CASE WHEN ${isReplaying} THEN 'replaying' ELSE state END AS state, count(*)::int AS count
     FROM failure_group g WHERE connection_id = $1 AND merged_into IS NULL GROUP BY 1`,
    [connectionId],
  )
  return new Map(rows.map(({ state, count }) => [state, count]))
}

/** Which failure groups. Of several conditions all hold; none: all of them. */
export type FailureGroupFilter = {
  /** Those in one of these states; `replaying` follows from the replays under way. */
  readonly states?: readonly string[] | undefined
  /** Where they died, or where their letters are. */
  readonly topic?: string | undefined
  readonly group?: string | undefined
  /** In class, message, frame, topics, group, services or assignee, upper or lower case. */
  readonly text?: string | undefined
}

const searched = `concat_ws(E'\\n', g.root_cause, g.error_class, g.message, g.frame, g.origin_topic, g.consumer_group, g.assignee,
  array_to_string(g.services, E'\\n'), array_to_string(g.dead_letter_topics, E'\\n'))`

/** Ids of the last seen failure groups that a filter lets through, at most `listedFailureGroups`, and how many it does. */
export const findFailureGroups = async (
  db: Database,
  connectionId: string,
  { states, topic, group, text = '' }: FailureGroupFilter,
): Promise<{ readonly ids: readonly string[]; readonly total: number }> => {
  const { rows } = await db.pool.query<{ id: string; total: number }>(
    `SELECT g.id, count(*) OVER ()::int AS total FROM failure_group g
     WHERE g.connection_id = $1 AND g.merged_into IS NULL
       AND ($2::text[] IS NULL OR CASE WHEN ${isReplaying} THEN 'replaying' ELSE g.state END = ANY($2))
       AND ($3::text IS NULL OR g.origin_topic = $3 OR $3 = ANY(g.dead_letter_topics))
       AND ($4::text IS NULL OR g.consumer_group = $4)
       AND ($5 = '' OR position(lower($5) IN lower(${searched})) > 0)
     ORDER BY g.last_seen_at DESC LIMIT ${listedFailureGroups}`,
    [connectionId, states ?? null, topic ?? null, group ?? null, text.replaceAll('\0', '\ufffd')],
  )
  return { ids: rows.map(({ id }) => id), total: rows[0]?.total ?? 0 }
}

/** Failure groups of these ids with their deaths a minute of the last hour, last seen first; of one also its stack. */
export const readFailureGroups = async (
  db: Database,
  connectionId: string,
  ids: readonly string[],
): Promise<readonly FailureGroupRecord[]> => {
  const [id = null, ...others] = ids
  const only = others.length === 0 ? id : null
  if (id === null) return []
  const [{ rows }, replaying, trends, keys] = await Promise.all([
    db.prisma.failureGroup
      .findMany({
        where: { connectionId, mergedInto: null, id: { in: [...ids] } },
        orderBy: { lastSeenAt: 'desc' },
        // Traces are large and kept apart from their rows: a list does without.
        omit: { stack: only === null },
      })
      .then((found) => ({ rows: found })),
    db.pool
      .query<{ id: string }>(`SELECT id FROM failure_group g WHERE connection_id = $1 AND ${isReplaying}`, [
        connectionId,
      ])
      .then((found) => new Set(found.rows.map((row) => row.id))),
    readTrends(db, connectionId, only),
    readKeyCounts(db, connectionId, only),
  ])
  const samples = await readSamples(
    db,
    rows.flatMap(({ sampleLetterId }) => sampleLetterId ?? []),
  )
  return rows.map((row) => ({
    id: row.id,
    errorClass: row.errorClass,
    rootCause: row.rootCause,
    message: row.message,
    frame: row.frame,
    stack: row.stack ?? null,
    originTopic: row.originTopic,
    group: row.consumerGroup,
    deadLetterTopics: row.deadLetterTopics,
    conventions: row.conventions,
    letters: Number(row.letters),
    keys: keys.get(row.id) ?? null,
    services: row.services,
    firstSeenAtMs: row.firstSeenAt.getTime(),
    lastSeenAtMs: row.lastSeenAt.getTime(),
    sampleLetterId: row.sampleLetterId,
    confidence: samples.get(row.id)?.confidence ?? 'none',
    isPointer: samples.get(row.id)?.is_pointer ?? false,
    state: replaying.has(row.id) ? 'replaying' : row.state,
    stateBy: row.stateBy,
    stateAtMs: row.stateAt?.getTime() ?? null,
    assignee: row.assignee,
    mute: row.state === 'muted' ? muteOf(row.mutePast, row.muteAfter) : null,
    regression: row.regression as GroupStanding['regression'],
    trend: trends.get(row.id) ?? noDeaths,
  }))
}

type Sample = {
  readonly failure_group_id: string
  readonly confidence: string
  readonly is_pointer: boolean
}

/** What the newest letter of each failure group tells of them. */
const readSamples = async (db: Database, ids: readonly bigint[]): Promise<ReadonlyMap<string, Sample>> => {
  if (ids.length === 0) return new Map()
  const { rows } = await db.pool.query<Sample>(
    'SELECT failure_group_id, confidence, is_pointer FROM dead_letter WHERE id = ANY($1::bigint[])',
    [ids.map(String)],
  )
  return new Map(rows.map((row) => [row.failure_group_id, row]))
}

export type RetainedTopic = {
  readonly failureGroupId: string
  readonly topic: string
  readonly retentionMs: number
}

/** Ten thousand years: longer retention is for ever, and PostgreSQL's times end before. */
const longestMs = 3e14

/**
 * When the oldest letter (by `topic`) or origin record (by `origin_topic`) that retention has not deleted yet will be
 * deleted, by failure group, in milliseconds since the epoch. Groups without such a letter are left out. An origin is as
 * old as its letter or older: it goes at the latest then.
 */
export const readFirstExpiries = async (
  db: Database,
  column: 'topic' | 'origin_topic',
  retained: readonly RetainedTopic[],
): Promise<ReadonlyMap<string, number>> => {
  const ending = retained.filter(({ retentionMs }) => retentionMs < longestMs)
  if (ending.length === 0) return new Map()
  const { rows } = await db.pool.query<{ id: string; expires_ms: number }>(
    `SELECT asked.id, min(extract(epoch FROM oldest.died_at)::float8 * 1000 + asked.kept_ms) AS expires_ms
     FROM unnest($1::text[], $2::text[], $3::float8[]) AS asked(id, topic, kept_ms),
     LATERAL (
       SELECT died_at FROM dead_letter
       WHERE failure_group_id = asked.id AND ${column} = asked.topic
         AND died_at > '1970-01-01'::timestamptz + greatest(0, extract(epoch FROM now())::float8 * 1000 - asked.kept_ms) * interval '1 millisecond'
       ORDER BY died_at, id LIMIT 1
     ) AS oldest
     GROUP BY asked.id`,
    [
      ending.map(({ failureGroupId }) => failureGroupId),
      ending.map(({ topic }) => topic),
      ending.map(({ retentionMs }) => retentionMs),
    ],
  )
  return new Map(rows.map((row) => [row.id, Math.round(row.expires_ms)]))
}
