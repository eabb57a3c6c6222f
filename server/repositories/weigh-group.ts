import type { WeighedGroup } from '#server/domain/close-group.ts'
import type { Database } from './database.ts'
import { isElsewhere } from './replay-clusters.ts'
import { isOfCopy, isReturn } from './returned-copies.ts'
import type { Transaction } from './run-in-transaction.ts'

/** Open failure groups with a letter that a replay settled. */
export const listSettledGroups = async (db: Database, replayId: string): Promise<readonly string[]> => {
  const { rows } = await db.pool.query<{ id: string }>(
    `SELECT DISTINCT g.id FROM replay_item i JOIN dead_letter l ON l.id = i.letter_id JOIN failure_group g ON g.id = l.failure_group_id
     WHERE i.replay_id = $1 AND i.outcome = 'SETTLED' AND g.state NOT IN ('resolved', 'archived', 'muted')
     UNION
     -- The groups that its letters had died in before they came back: the copy stands for its letter.
     SELECT g.id FROM replay_item i JOIN dead_letter l ON l.id = i.letter_id
       JOIN replay_item earlier ON earlier.id = l.replay_item_id JOIN dead_letter first ON first.id = earlier.letter_id
       JOIN failure_group g ON g.id = first.failure_group_id
     WHERE i.replay_id = $1 AND i.outcome = 'SETTLED' AND g.state NOT IN ('resolved', 'archived', 'muted')
     ORDER BY 1`,
    [replayId],
  )
  return rows.map(({ id }) => id)
}

/** Open failure groups of a connection with a letter that somebody has put away lately. */
export const listDecidedGroups = async (db: Database, connectionId: string): Promise<readonly string[]> => {
  const { rows } = await db.pool.query<{ id: string }>(
    `SELECT DISTINCT g.id FROM letter_disposition d JOIN dead_letter l ON l.id = d.letter_id JOIN failure_group g ON g.id = l.failure_group_id
     WHERE d.at > now() - interval '10 minutes' AND g.connection_id = $1 AND g.state NOT IN ('resolved', 'archived', 'muted') ORDER BY 1`,
    [connectionId],
  )
  return rows.map(({ id }) => id)
}

/** Failure groups that letters count for: their own, and those in which they had died before a replay. In the order of ids. */
export const listGroupsOfLetters = async (
  transaction: Transaction,
  letterIds: readonly bigint[],
): Promise<readonly string[]> => {
  const { rows } = await transaction.query<{ id: string }>(
    `WITH RECURSIVE way AS (
       SELECT l.failure_group_id, l.replay_item_id, 0 AS depth FROM dead_letter l WHERE l.id = ANY($1::bigint[])
       UNION ALL
       SELECT l.failure_group_id, l.replay_item_id, w.depth + 1 FROM way w
         JOIN replay_item i ON i.id = w.replay_item_id JOIN dead_letter l ON l.id = i.letter_id WHERE w.depth < 50
     ) SELECT DISTINCT failure_group_id AS id FROM way ORDER BY 1`,
    [letterIds.map(String)],
  )
  return rows.map(({ id }) => id)
}

/** The latest item of a letter that was meant to be sent. A copy on another cluster proves nothing of where it died. */
const latestItem = (letter: string) => `SELECT i.id, i.outcome, i.sent_at, r.number
  FROM replay_item i JOIN replay r ON r.id = i.replay_id
  WHERE i.letter_id = ${letter} AND r.number IS NOT NULL AND i.outcome <> 'SKIPPED' AND NOT (${isElsewhere}) ORDER BY i.id DESC LIMIT 1`

/**
 * What became of all letters of a failure group; null where one was neither sent nor put away, so that no more needs to be known. A
 * letter whose copy came back is followed to what became of that.
 */
export const weighGroup = async (transaction: Transaction, id: string): Promise<WeighedGroup | null> => {
  const open = await transaction.query(
    `SELECT FROM dead_letter l WHERE l.failure_group_id = $1
       AND NOT EXISTS (SELECT FROM letter_disposition d WHERE d.letter_id = l.id)
       AND NOT EXISTS (SELECT FROM replay_item i JOIN replay r ON r.id = i.replay_id
         WHERE i.letter_id = l.id AND r.number IS NOT NULL AND i.outcome <> 'SKIPPED' AND NOT (${isElsewhere})) LIMIT 1`,
    [id],
  )
  if ((open.rowCount ?? 0) > 0) return null
  const { rows } = await transaction.query<{
    letters: number
    settled: number
    discarded: number
    archived: number
    replays: number[] | null
    last_sent: Date | null
    arrived_since: number
  }>(
    `WITH RECURSIVE walk AS (
       SELECT l.id AS root, l.id AS letter_id, 0 AS depth FROM dead_letter l WHERE l.failure_group_id = $1
       UNION ALL
       SELECT w.root, back.id, w.depth + 1 FROM walk w
         JOIN LATERAL (${latestItem('w.letter_id')}) AS item ON item.outcome = 'RETURNED'
         -- Other groups may have given up the same copy: their letters tell nothing of this one.
         JOIN LATERAL (SELECT l.id FROM replay_item i JOIN dead_letter l ON l.replay_item_id = i.id AND ${isOfCopy}
           WHERE i.id = item.id ORDER BY ${isReturn} DESC, l.id DESC LIMIT 1) AS back ON true
       WHERE w.depth < 50
     ), last AS (
       SELECT DISTINCT ON (w.root) w.root, d.kind, i.outcome, i.number FROM walk w
         LEFT JOIN letter_disposition d ON d.letter_id = w.letter_id
         LEFT JOIN LATERAL (${latestItem('w.letter_id')}) AS i ON d.kind IS NULL
       -- What was put away counts as that, whatever its copies did.
       ORDER BY w.root, d.kind IS NULL, w.depth DESC
     ), sent AS (
       SELECT max(i.sent_at) AS at FROM walk w JOIN replay_item i ON i.letter_id = w.letter_id
     )
     SELECT count(*)::int AS letters, count(*) FILTER (WHERE outcome = 'SETTLED')::int AS settled,
       count(*) FILTER (WHERE kind = 'discarded')::int AS discarded, count(*) FILTER (WHERE kind = 'archived')::int AS archived,
       array_agg(DISTINCT number ORDER BY number) FILTER (WHERE outcome = 'SETTLED') AS replays,
       (SELECT at FROM sent) AS last_sent,
       (SELECT count(*)::int FROM dead_letter l WHERE l.failure_group_id = $1 AND l.indexed_at > (SELECT at FROM sent)) AS arrived_since
     FROM last`,
    [id],
  )
  const [row] = rows
  if (!row) return null
  return {
    letters: row.letters,
    settled: row.settled,
    discarded: row.discarded,
    archived: row.archived,
    replays: row.replays ?? [],
    lastSentAtMs: row.last_sent?.getTime() ?? null,
    arrivedSince: row.arrived_since,
  }
}
