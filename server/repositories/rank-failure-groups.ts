import type { Database } from './database.ts'
import { type FailureGroupRecord, isReplaying, keysOf, msOf } from './failure-groups.ts'

/** So many are put in order at most, those last seen. */
export const rankedFailureGroups = 10_000

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

/** What puts a failure group in its place in a list. */
export type RankedGroup = Pick<FailureGroupRecord, 'id' | 'letters' | 'keys' | 'lastSeenAtMs'>

type Row = readonly [
  fitting: number,
  id: string,
  letters: number,
  keys: number | null,
  keysExact: boolean | null,
  lastSeenMs: number,
]

/**
 * The failure groups that a filter lets through, at most `rankedFailureGroups`, those last seen, and how many it does:
 * only what puts them in order, since of a thousand groups a list shows a part.
 */
export const rankFailureGroups = async (
  db: Database,
  connectionId: string,
  { states, topic, group, text = '' }: FailureGroupFilter,
): Promise<{ readonly groups: readonly RankedGroup[]; readonly total: number }> => {
  const { rows } = await db.pool.query<[...Row]>({
    rowMode: 'array',
    text: `SELECT count(*) OVER ()::int AS fitting, g.id, g.letters::float8, ${keysOf} AS keys, k.is_exact,
       ${msOf('g.last_seen_at')} AS last_seen_ms
     FROM failure_group g LEFT JOIN failure_group_keys k ON k.failure_group_id = g.id
     WHERE g.connection_id = $1 AND g.merged_into IS NULL
       AND ($2::text[] IS NULL OR CASE WHEN ${isReplaying} THEN 'replaying' ELSE g.state END = ANY($2))
       AND ($3::text IS NULL OR g.origin_topic = $3 OR $3 = ANY(g.dead_letter_topics))
       AND ($4::text IS NULL OR g.consumer_group = $4)
       AND ($5 = '' OR position(lower($5) IN lower(${searched})) > 0)
     ORDER BY g.last_seen_at DESC LIMIT ${rankedFailureGroups}`,
    values: [connectionId, states ?? null, topic ?? null, group ?? null, text.replaceAll('\0', '\ufffd')],
  })
  return {
    groups: rows.map(([, id, letters, keys, isExact, lastSeenMs]) => ({
      id,
      letters,
      keys: keys === null ? null : { count: keys, isExact: isExact ?? true },
      lastSeenAtMs: Math.round(lastSeenMs),
    })),
    total: rows[0]?.[0] ?? 0,
  }
}
