import type { KeptState } from '#server/domain/failure-group-state.ts'
import type { NewGroup } from '#server/domain/failure-grouping.ts'
import type { Database } from './database.ts'
import { groupColumns } from './group-columns.ts'
import type { Transaction } from './run-in-transaction.ts'

/**
 * Makes failure groups that are not there yet, with the standing of the group that their first letters come from; without
 * letters so far.
 */
export const insertRegrouped = async (
  transaction: Transaction,
  connectionId: string,
  groups: readonly NewGroup[],
): Promise<void> => {
  if (groups.length === 0) return
  await transaction.query(
    `WITH r AS MATERIALIZED (
       SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
         AS r(id, from_id, error_class, root_cause, message, frame, stack, origin_topic, consumer_group)
     ), made AS (
       INSERT INTO failure_group (id, connection_id, error_class, root_cause, message, frame, origin_topic, consumer_group,
         dead_letter_topics, conventions, letters, first_seen_at, last_seen_at, state, state_by, state_at, assignee, mute_past,
         mute_after, regression, services)
       SELECT r.id, $1, r.error_class, r.root_cause, r.message, r.frame, r.origin_topic, r.consumer_group, '{}', '{}', 0,
         g.first_seen_at, g.last_seen_at, g.state, g.state_by, g.state_at, g.assignee, g.mute_past, g.mute_after, g.regression,
         g.services
       FROM r JOIN failure_group g ON g.id = r.from_id
       ON CONFLICT (id) DO NOTHING RETURNING id
     )
     INSERT INTO failure_group_stack (failure_group_id, stack)
     SELECT id, stack FROM made JOIN r USING (id) WHERE stack IS NOT NULL ON CONFLICT DO NOTHING`,
    [connectionId, groups.map(({ id }) => id), groups.map(({ from }) => from), ...groupColumns(groups)],
  )
}

/** Stack traces by failure group; those without one are left out. */
export const readStacks = async (
  db: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  if (ids.length === 0) return new Map()
  const rows = await db.prisma.failureGroupStack.findMany({ where: { failureGroupId: { in: [...ids] } } })
  return new Map(rows.map(({ failureGroupId, stack }) => [failureGroupId, stack]))
}

export type GroupOfChange = {
  readonly id: string
  readonly title: string
  readonly letters: number
  readonly state: KeptState
  readonly assignee: string | null
  readonly mergedInto: string | null
}

/** Failure groups of a connection, held until the transaction ends. */
export const holdGroups = async (
  transaction: Transaction,
  connectionId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, GroupOfChange>> => {
  const { rows } = await transaction.query<{
    id: string
    title: string
    letters: string
    state: KeptState
    assignee: string | null
    merged_into: string | null
  }>(
    `SELECT id, concat_ws(' at ', coalesce(root_cause, error_class, 'Unknown error'), frame) AS title, letters, state, assignee,
       merged_into
     FROM failure_group WHERE connection_id = $1 AND id = ANY($2::text[]) ORDER BY id FOR UPDATE`,
    [connectionId, ids],
  )
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        title: row.title,
        letters: Number(row.letters),
        state: row.state,
        assignee: row.assignee,
        mergedInto: row.merged_into,
      },
    ]),
  )
}

/** Gives a group the standing of another one; `withAssignee` also who works on it. */
export const copyStanding = async (
  transaction: Transaction,
  from: string,
  to: string,
  withAssignee: boolean,
): Promise<void> => {
  await transaction.query(
    `UPDATE failure_group g SET state = s.state, state_by = s.state_by, state_at = s.state_at, mute_past = s.mute_past,
       mute_after = s.mute_after, regression = s.regression, assignee = CASE WHEN $3 THEN s.assignee ELSE g.assignee END
     FROM failure_group s WHERE g.id = $2 AND s.id = $1`,
    [from, to, withAssignee],
  )
}

/** Says to which group the letters of groups have gone; null: they stand for themselves. */
export const writeMergedInto = async (
  transaction: Transaction,
  ids: readonly string[],
  into: string | null,
): Promise<void> => {
  await transaction.query('UPDATE failure_group SET merged_into = $2 WHERE id = ANY($1::text[])', [ids, into])
}

/** Lets replays of a group count as those of another one; answers which. */
export const moveReplays = async (
  transaction: Transaction,
  connectionId: string,
  from: string,
  to: string,
): Promise<readonly string[]> => {
  const { rows } = await transaction.query<{ id: string }>(
    'UPDATE replay SET failure_group_id = $3 WHERE connection_id = $1 AND failure_group_id = $2 RETURNING id',
    [connectionId, from, to],
  )
  return rows.map(({ id }) => id)
}

/** Gives replays back to a group. */
export const returnReplays = async (
  transaction: Transaction,
  ids: readonly string[],
  to: string,
): Promise<void> => {
  await transaction.query('UPDATE replay SET failure_group_id = $2 WHERE id = ANY($1::uuid[])', [ids, to])
}

/** Makes the group of a split, told as its source is, with words of what sets its letters apart. */
export const insertSplitGroup = async (
  transaction: Transaction,
  source: string,
  id: string,
  words: string,
): Promise<void> => {
  await transaction.query(
    `WITH made AS (
       INSERT INTO failure_group (id, connection_id, error_class, root_cause, message, frame, origin_topic, consumer_group,
         dead_letter_topics, conventions, letters, first_seen_at, last_seen_at, state, state_by, state_at, assignee, regression, services)
       SELECT $2, connection_id, error_class, root_cause, $3, frame, origin_topic, consumer_group, '{}', '{}', 0,
         first_seen_at, last_seen_at, CASE WHEN state = 'muted' THEN 'known' ELSE state END, state_by, state_at, assignee, regression, services
       FROM failure_group WHERE id = $1 RETURNING id
     )
     INSERT INTO failure_group_stack (failure_group_id, stack)
     SELECT made.id, stack FROM made JOIN failure_group_stack ON failure_group_id = $1`,
    [source, id, words],
  )
}

/** Copies the notes of groups to another one, with who wrote them and when. */
export const copyNotes = async (
  transaction: Transaction,
  from: readonly string[],
  to: string,
): Promise<void> => {
  await transaction.query(
    `INSERT INTO failure_group_event (failure_group_id, at, actor, kind, text)
     SELECT $2, at, actor, kind, text FROM failure_group_event WHERE failure_group_id = ANY($1::text[]) AND kind = 'note'
     ORDER BY id`,
    [from, to],
  )
}

/** Groups of which somebody has said how they stand or who works on them. */
export const listTouchedGroups = async (
  transaction: Transaction,
  ids: readonly string[],
): Promise<ReadonlySet<string>> => {
  const { rows } = await transaction.query<{ id: string }>(
    `SELECT DISTINCT failure_group_id AS id FROM failure_group_event
     WHERE failure_group_id = ANY($1::text[]) AND kind IN ('state', 'assignee')`,
    [ids],
  )
  return new Set(rows.map(({ id }) => id))
}
