import type { VersionHeader } from '#server/domain/version-headers.ts'
import { encodeBigints, encodeTexts } from './encode-array.ts'
import type { Transaction } from './run-in-transaction.ts'
import { takeNewerSamples, tellsOrigin } from './sample-facts.ts'
import { versionsText } from './write-letters.ts'

/** A letter with the group that it is to belong to, and its homes: see `groupLetter`. */
export type LetterMove = {
  readonly id: bigint
  readonly failureGroupId: string
  readonly homes: string | null
  /** What its record or what is kept of it has told anew; left out: what is kept holds. */
  readonly told?: LetterTold
}
/** Null, or no versions: what is kept holds. */
export type LetterTold = {
  /** By which error it died. */
  readonly errorKey: bigint | null
  /** When the message that died was written, in milliseconds since the epoch. */
  readonly originAtMs: number | null
  readonly versions: readonly VersionHeader[]
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
       SELECT l.id, l.failure_group_id AS from_id, m.to_id, l.died_at, l.arrived_at, l.topic, l.convention, l.confidence, l.is_pointer,
         ${tellsOrigin('l')} AS tells_origin
       FROM unnest($1::int8[], $2::text[]) AS m(id, to_id) JOIN dead_letter l ON l.id = m.id
       WHERE l.failure_group_id <> m.to_id
     ), written AS (
       UPDATE dead_letter l SET failure_group_id = m.to_id, homes = m.homes, error_key = coalesce(m.error_key, l.error_key),
         origin_at = coalesce(m.origin_at, l.origin_at), versions = coalesce(m.versions, l.versions)
       FROM (SELECT id, to_id, homes, error_key, to_timestamp(origin_ms / 1000.0) AS origin_at, versions
         FROM unnest($1::int8[], $2::text[], $3::text[], $4::int8[], $5::int8[], $6::text[])
           AS told(id, to_id, homes, error_key, origin_ms, versions)) AS m
       WHERE l.id = m.id AND (l.failure_group_id, l.homes, l.error_key, l.origin_at, l.versions) IS DISTINCT FROM
         (m.to_id, m.homes, coalesce(m.error_key, l.error_key), coalesce(m.origin_at, l.origin_at), coalesce(m.versions, l.versions))
     ), gained AS (
       SELECT to_id AS id, count(*) AS letters, min(died_at) AS first, max(greatest(died_at, arrived_at)) AS last, max(id) AS sample,
         array_agg(DISTINCT topic) AS topics, array_agg(DISTINCT convention) AS conventions,
         (array_agg(confidence ORDER BY id DESC))[1] AS confidence, (array_agg(is_pointer ORDER BY id DESC))[1] AS is_pointer,
         (array_agg(tells_origin ORDER BY id DESC))[1] AS tells_origin
       FROM moved GROUP BY 1
     ), lost AS (
       SELECT from_id AS id, count(*) AS letters FROM moved GROUP BY 1
     ), changed AS (
       SELECT id, coalesce(n.letters, 0) - coalesce(lost.letters, 0) AS letters, n.first, n.last, n.sample, n.topics, n.conventions,
         n.confidence, n.is_pointer, n.tells_origin
       FROM gained n FULL JOIN lost USING (id)
     ), summed AS (
       UPDATE failure_group g
       SET letters = g.letters + c.letters,
         first_seen_at = CASE WHEN c.first IS NULL THEN g.first_seen_at WHEN g.letters = 0 THEN c.first ELSE least(g.first_seen_at, c.first) END,
         last_seen_at = CASE WHEN c.last IS NULL THEN g.last_seen_at WHEN g.letters = 0 THEN c.last ELSE greatest(g.last_seen_at, c.last) END,
         oldest_at = NULL, oldest_origin_at = NULL, all_tell_origin = NULL,
         ${takeNewerSamples('c')},
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
      encodeBigints(moves.map(({ told }) => told?.errorKey ?? null)),
      encodeBigints(moves.map(({ told }) => (told?.originAtMs == null ? null : BigInt(told.originAtMs)))),
      encodeTexts(
        'text[]',
        moves.map(({ told }) => versionsText(told?.versions ?? [])),
      ),
    ],
  )
  return rows[0]?.flows ?? []
}

/** Sums up anew, from the letters that they have, what groups tell of them beside their number. */
export const sumUpGroups = async (transaction: Transaction, ids: readonly string[]): Promise<void> => {
  await transaction.query(
    `UPDATE failure_group g
     SET first_seen_at = oldest.died_at, oldest_at = oldest.died_at,
       last_seen_at = greatest(newest.died_at, (SELECT max(arrived_at) FROM dead_letter WHERE failure_group_id = asked.id)), sample_letter_id = newest.id,
       sample_confidence = newest.confidence, sample_is_pointer = newest.is_pointer, sample_tells_origin = newest.tells_origin,
       dead_letter_topics = ARRAY(SELECT DISTINCT topic FROM dead_letter WHERE failure_group_id = g.id ORDER BY 1),
       conventions = ARRAY(SELECT DISTINCT convention FROM dead_letter WHERE failure_group_id = g.id ORDER BY 1)
     FROM unnest($1::text[]) AS asked(id),
       LATERAL (SELECT died_at FROM dead_letter WHERE failure_group_id = asked.id ORDER BY died_at, id LIMIT 1) AS oldest,
       LATERAL (SELECT id, died_at, confidence, is_pointer, ${tellsOrigin('dead_letter')} AS tells_origin
         FROM dead_letter WHERE failure_group_id = asked.id ORDER BY died_at DESC, id DESC LIMIT 1) AS newest
     WHERE g.id = asked.id`,
    [ids],
  )
}
