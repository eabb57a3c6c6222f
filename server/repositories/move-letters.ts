import { encodeBigints, encodeTexts } from './encode-array.ts'
import type { Transaction } from './run-in-transaction.ts'

/** A letter with the group that it is to belong to, and its homes: see `groupLetter`. */
export type LetterMove = {
  readonly id: bigint
  readonly failureGroupId: string
  readonly homes: string | null
  /** By which error it died, where that was told anew; null or left out: what is kept of it holds. */
  readonly errorKey?: bigint | null
}
export type LetterFlow = { readonly from: string; readonly to: string; readonly letters: number }

/**
 * Moves letters to groups that exist, and keeps what is summed up of both: counts stay exact, whoever gets letters
 * stands for itself again. The transaction must hold the grouping. Answers from where to where how many went.
 */
export const moveLetters = async (
  transaction: Transaction,
  moves: readonly LetterMove[],
): Promise<readonly LetterFlow[]> => {
  if (moves.length === 0) return []
  const { rows } = await transaction.query<{ flows: LetterFlow[] }>(
    `WITH moved AS MATERIALIZED (
       SELECT l.id, l.failure_group_id AS from_id, m.to_id, l.died_at, l.arrived_at, l.topic, l.convention
       FROM unnest($1::int8[], $2::text[]) AS m(id, to_id) JOIN dead_letter l ON l.id = m.id
       WHERE l.failure_group_id <> m.to_id
     ), written AS (
       UPDATE dead_letter l SET failure_group_id = m.to_id, homes = m.homes, error_key = coalesce(m.error_key, l.error_key)
       FROM unnest($1::int8[], $2::text[], $3::text[], $4::int8[]) AS m(id, to_id, homes, error_key)
       WHERE l.id = m.id AND (l.failure_group_id <> m.to_id OR l.homes IS DISTINCT FROM m.homes OR l.error_key IS DISTINCT FROM coalesce(m.error_key, l.error_key))
     ), gained AS (
       SELECT to_id AS id, count(*) AS letters, min(died_at) AS first, max(greatest(died_at, arrived_at)) AS last, max(id) AS sample,
         array_agg(DISTINCT topic) AS topics, array_agg(DISTINCT convention) AS conventions
       FROM moved GROUP BY 1
     ), lost AS (
       SELECT from_id AS id, count(*) AS letters FROM moved GROUP BY 1
     ), changed AS (
       SELECT id, coalesce(n.letters, 0) - coalesce(lost.letters, 0) AS letters, n.first, n.last, n.sample, n.topics, n.conventions
       FROM gained n FULL JOIN lost USING (id)
     ), summed AS (
       UPDATE failure_group g
       SET letters = g.letters + c.letters,
         first_seen_at = CASE WHEN c.first IS NULL THEN g.first_seen_at WHEN g.letters = 0 THEN c.first ELSE least(g.first_seen_at, c.first) END,
         last_seen_at = CASE WHEN c.last IS NULL THEN g.last_seen_at WHEN g.letters = 0 THEN c.last ELSE greatest(g.last_seen_at, c.last) END,
         sample_letter_id = greatest(coalesce(g.sample_letter_id, 0), c.sample),
         dead_letter_topics = ARRAY(SELECT DISTINCT unnest(g.dead_letter_topics || c.topics) ORDER BY 1),
         conventions = ARRAY(SELECT DISTINCT unnest(g.conventions || c.conventions) ORDER BY 1),
         merged_into = CASE WHEN c.first IS NULL THEN g.merged_into END,
         keys_due = true
       FROM changed c WHERE g.id = c.id
     )
     SELECT coalesce(json_agg(json_build_object('from', from_id, 'to', to_id, 'letters', letters)), '[]') AS flows
     FROM (SELECT from_id, to_id, count(*)::int AS letters FROM moved GROUP BY 1, 2) AS flow`,
    [
      encodeBigints(moves.map(({ id }) => id)),
      encodeTexts(
        'text[]',
        moves.map(({ failureGroupId }) => failureGroupId),
      ),
      encodeTexts(
        'text[]',
        moves.map(({ homes }) => homes),
      ),
      encodeBigints(moves.map(({ errorKey }) => errorKey ?? null)),
    ],
  )
  return rows[0]?.flows ?? []
}

/** Sums up anew, from the letters that they have, what groups tell of them beside their number. */
export const sumUpGroups = async (transaction: Transaction, ids: readonly string[]): Promise<void> => {
  await transaction.query(
    `UPDATE failure_group g
     SET first_seen_at = oldest.died_at,
       last_seen_at = greatest(newest.died_at, (SELECT max(arrived_at) FROM dead_letter WHERE failure_group_id = asked.id)), sample_letter_id = newest.id,
       dead_letter_topics = ARRAY(SELECT DISTINCT topic FROM dead_letter WHERE failure_group_id = g.id ORDER BY 1),
       conventions = ARRAY(SELECT DISTINCT convention FROM dead_letter WHERE failure_group_id = g.id ORDER BY 1)
     FROM unnest($1::text[]) AS asked(id),
       LATERAL (SELECT died_at FROM dead_letter WHERE failure_group_id = asked.id ORDER BY died_at, id LIMIT 1) AS oldest,
       LATERAL (SELECT id, died_at FROM dead_letter WHERE failure_group_id = asked.id ORDER BY died_at DESC, id DESC LIMIT 1) AS newest
     WHERE g.id = asked.id`,
    [ids],
  )
}
