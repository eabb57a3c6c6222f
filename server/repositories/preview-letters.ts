import {
  type LetterToGroup,
  type LetterToGroupRow,
  letterToGroupColumns,
  letterToGroupOf,
} from './regroupings.ts'
import type { Transaction } from './run-in-transaction.ts'

export type StandingGroup = { readonly id: string; readonly title: string; readonly letters: number }

const mostGroups = 1_000

/** How many failure groups of a connection have letters, and the dead-letter topics of those. */
export const readGroupedTopics = async (
  { pool }: { readonly pool: Transaction },
  connectionId: string,
): Promise<{ readonly groups: number; readonly topics: readonly string[] }> => {
  const { rows } = await pool.query<{ groups: number; topics: string[] }>(
    `SELECT count(*)::int AS groups,
       ARRAY(SELECT DISTINCT unnest(dead_letter_topics) FROM failure_group WHERE connection_id = $1) AS topics
     FROM failure_group WHERE connection_id = $1 AND letters > 0 AND merged_into IS NULL`,
    [connectionId],
  )
  return rows[0] ?? { groups: 0, topics: [] }
}

const titleColumn = "concat_ws(' at ', coalesce(root_cause, error_class, 'Unknown error'), frame) AS title"
type GroupRow = { id: string; title: string; letters: string }
const groupOf = (row: GroupRow): StandingGroup => ({
  id: row.id,
  title: row.title,
  letters: Number(row.letters),
})

/** Of these ids those of failure groups that have letters. */
export const readStandingGroups = async (
  { pool }: { readonly pool: Transaction },
  connectionId: string,
  ids: readonly string[],
): Promise<readonly StandingGroup[]> => {
  if (ids.length === 0) return []
  const { rows } = await pool.query<GroupRow>(
    `SELECT id, ${titleColumn}, letters FROM failure_group
     WHERE connection_id = $1 AND letters > 0 AND merged_into IS NULL AND id = ANY($2::text[])`,
    [connectionId, ids],
  )
  return rows.map(groupOf)
}

/**
 * The failure groups of a connection that have letters in some topics, the largest first and at most 1,000, with the
 * newest letters of each: as many of each as fit into `limit` in all, but at least one; and how many letters they have.
 */
export const readNewestOfGroups = async (
  { pool }: { readonly pool: Transaction },
  connectionId: string,
  topics: readonly string[],
  limit: number,
): Promise<{
  readonly groups: readonly StandingGroup[]
  readonly letters: readonly LetterToGroup[]
  readonly total: number
}> => {
  const { rows } = await pool.query<GroupRow>(
    `SELECT id, ${titleColumn}, letters
     FROM failure_group
     WHERE connection_id = $1 AND letters > 0 AND merged_into IS NULL AND dead_letter_topics && $3::text[]
     ORDER BY letters DESC, id LIMIT $2`,
    [connectionId, mostGroups, topics],
  )
  const groups = rows.map(groupOf)
  // Small groups leave room to large ones.
  let room = limit
  const shares = [...groups].reverse().map(({ id, letters }, at, all) => {
    const share = Math.max(1, Math.min(letters, Math.floor(room / (all.length - at))))
    room -= share
    return { id, share }
  })
  const newest = await pool.query<LetterToGroupRow>(
    `SELECT l.* FROM unnest($1::text[], $2::int[]) AS asked(id, share), LATERAL (
       SELECT ${letterToGroupColumns} FROM dead_letter WHERE failure_group_id = asked.id
       ORDER BY died_at DESC, id DESC LIMIT asked.share
     ) AS l`,
    [shares.map(({ id }) => id), shares.map(({ share }) => share)],
  )
  return {
    groups,
    letters: newest.rows.map(letterToGroupOf),
    total: groups.reduce((sum, { letters }) => sum + letters, 0),
  }
}
