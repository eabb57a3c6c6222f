import { type DispositionKind, letterDecisions } from '#server/contracts/choices.ts'
import { auditActionOf } from '#server/domain/decide-letters.ts'
import type { Database } from './database.ts'
import { isElsewhere } from './replay-clusters.ts'
import type { Transaction } from './run-in-transaction.ts'

/** What a person has decided about a letter that is not to be replayed. */
export type Disposition = {
  readonly kind: DispositionKind
  readonly reason: string
  readonly actor: string
  readonly atMs: number
}

/** Which letters a decision is about. Of several conditions all hold. */
export type LetterChoice = {
  readonly ids?: readonly bigint[] | undefined
  readonly failureGroupId?: string | undefined
  readonly topic?: string | undefined
  readonly key?: string | undefined
  /** `open`: those without a decision. */
  readonly standing?: DispositionKind | 'open' | undefined
  /** None that was indexed after this one. */
  readonly upToId?: bigint | undefined
}

/** A column with the `Disposition` of a letter, or null, where `letter_disposition` is joined as `d`. */
export const dispositionColumn = `CASE WHEN d.kind IS NULL THEN NULL ELSE json_build_object('kind', d.kind, 'reason', d.reason,
  'actor', d.actor, 'atMs', round(extract(epoch FROM d.at) * 1000)) END AS disposition`

/** Joins decisions as `d` to letters `l`. Those put away are few beside all: who asks for them gets them from there. */
export const joinDispositions = (standing: LetterChoice['standing']): string =>
  `${standing === undefined || standing === 'open' ? 'LEFT ' : ''}JOIN letter_disposition d ON d.letter_id = l.id`

/** How the letters of a failure group stand; the four add up to all of them. */
export type LetterStandings = {
  readonly open: number
  readonly settled: number
  readonly discarded: number
  readonly archived: number
}

/** What was decided about letters, by letter; those that nobody has decided on are left out. */
export const listDispositions = async (
  db: Database,
  letterIds: readonly bigint[],
): Promise<ReadonlyMap<bigint, Disposition>> => {
  const rows = await db.prisma.letterDisposition.findMany({ where: { letterId: { in: [...letterIds] } } })
  return new Map(
    rows.map(({ letterId, kind, reason, actor, at }) => [
      letterId,
      { kind: kind as DispositionKind, reason, actor, atMs: at.getTime() },
    ]),
  )
}

/** How the letters of a failure group stand. One that was settled by a replay and then put away counts as put away. */
export const countStandings = async (db: Database, failureGroupId: string): Promise<LetterStandings> => {
  const { rows } = await db.pool.query<{
    letters: number
    discarded: number
    archived: number
    settled: number
  }>(
    `WITH decided AS (
       SELECT count(*) FILTER (WHERE d.kind = 'discarded')::int AS discarded,
         count(*) FILTER (WHERE d.kind = 'archived')::int AS archived
       FROM letter_disposition AS d JOIN dead_letter AS l ON l.id = d.letter_id WHERE l.failure_group_id = $1
     ), settled AS (
       SELECT count(DISTINCT i.letter_id)::int AS settled
       FROM replay_item AS i JOIN dead_letter AS l ON l.id = i.letter_id JOIN replay AS r ON r.id = i.replay_id
       WHERE i.outcome = 'SETTLED' AND NOT (${isElsewhere}) AND l.failure_group_id = $1
         AND NOT EXISTS (SELECT FROM letter_disposition AS d WHERE d.letter_id = l.id)
     )
     SELECT letters::int, discarded, archived, settled FROM failure_group, decided, settled WHERE id = $1`,
    [failureGroupId],
  )
  const { letters = 0, discarded = 0, archived = 0, settled = 0 } = rows[0] ?? {}
  return { open: Math.max(0, letters - discarded - archived - settled), settled, discarded, archived }
}

/** A letter that was chosen, with what keeps a decision from being made about it. */
export type ChosenLetter = {
  readonly id: bigint
  readonly failureGroupId: string
  readonly kind: DispositionKind | null
  /** Who has decided so. */
  readonly actor: string | null
  /** Of its latest copy by a started replay. */
  readonly outcome: string | null
}

/**
 * The letters that a choice names, oldest first, at most `limit`. Within a transaction that holds `holdReplays` nobody
 * starts a replay of one of them before it ends.
 */
export const chooseLetters = async (
  client: Transaction,
  connectionId: string,
  choice: LetterChoice,
  limit: number,
): Promise<readonly ChosenLetter[]> => {
  const { rows } = await client.query<{
    id: string
    failure_group_id: string
    kind: DispositionKind | null
    actor: string | null
    outcome: string | null
  }>(
    `WITH chosen AS MATERIALIZED (
       SELECT l.id, l.failure_group_id, d.kind, d.actor
       FROM dead_letter AS l LEFT JOIN letter_disposition AS d ON d.letter_id = l.id
       WHERE l.connection_id = $1
         AND ($2::bigint[] IS NULL OR l.id = ANY($2))
         AND ($3::text IS NULL OR l.failure_group_id = $3)
         AND ($4::text IS NULL OR l.topic = $4)
         AND ($5::text IS NULL OR l.key_text = $5)
         AND ($6::text IS NULL OR coalesce(d.kind, 'open') = $6)
         AND ($7::bigint IS NULL OR l.id <= $7)
       ORDER BY l.id LIMIT $8
     )
     SELECT chosen.*, latest.outcome FROM chosen LEFT JOIN LATERAL (
       SELECT i.outcome FROM replay_item AS i JOIN replay AS r ON r.id = i.replay_id
       WHERE i.letter_id = chosen.id AND r.number IS NOT NULL ORDER BY i.id + 0 DESC LIMIT 1
     ) AS latest ON true ORDER BY chosen.id`,
    [
      connectionId,
      choice.ids?.map(String) ?? null,
      choice.failureGroupId ?? null,
      choice.topic ?? null,
      choice.key ?? null,
      choice.standing ?? null,
      choice.upToId?.toString() ?? null,
      limit,
    ],
  )
  return rows.map((row) => ({
    id: BigInt(row.id),
    failureGroupId: row.failure_group_id,
    kind: row.kind,
    actor: row.actor,
    outcome: row.outcome,
  }))
}

/**
 * Of these letters those that were decided on or restored after an entry of the audit, with who did so last. The audit
 * names each letter of a decision, and its numbers rise in the order of commits: what is not seen of it by a number is
 * told after it.
 */
export const listDecidedSince = async (
  client: Transaction,
  connectionId: string,
  letters: readonly Pick<ChosenLetter, 'id'>[],
  auditId: bigint,
): Promise<ReadonlyMap<bigint, string>> => {
  const { rows } = await client.query<{ id: string; actor: string }>(
    `SELECT DISTINCT ON (chosen.id) chosen.id, entry.actor
     FROM audit_entry AS entry, unnest(entry.about) AS subject
       JOIN unnest($4::bigint[]) AS chosen(id) ON subject = 'dead-letter:' || chosen.id
     WHERE entry.connection_id = $1 AND entry.id > $2 AND entry.action = ANY($3)
     ORDER BY chosen.id, entry.id DESC`,
    [
      connectionId,
      auditId.toString(),
      letterDecisions.map(auditActionOf),
      letters.map(({ id }) => id.toString()),
    ],
  )
  return new Map(rows.map(({ id, actor }) => [BigInt(id), actor]))
}

/** Until the transaction ends no replay of the connection is started: what is decided about a letter comes before or after. */
export const holdReplays = async (transaction: Transaction, connectionId: string): Promise<void> => {
  await transaction.query("SELECT pg_advisory_xact_lock(hashtext('start-replay'), hashtext($1))", [
    connectionId,
  ])
}

/** Writes what a person has decided about letters; an earlier decision is replaced. */
export const writeDispositions = async (
  transaction: Transaction,
  letterIds: readonly bigint[],
  { kind, reason, actor }: Omit<Disposition, 'atMs'>,
): Promise<void> => {
  await transaction.query(
    `INSERT INTO letter_disposition (letter_id, kind, reason, actor)
     SELECT id, $2, $3, $4 FROM unnest($1::bigint[]) AS chosen(id)
     ON CONFLICT (letter_id) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, actor = excluded.actor, at = now()`,
    [letterIds.map(String), kind, reason.replaceAll('\0', '\ufffd'), actor],
  )
}

/** Takes back what was decided about letters: they are open again. */
export const removeDispositions = async (
  transaction: Transaction,
  letterIds: readonly bigint[],
): Promise<void> => {
  await transaction.query('DELETE FROM letter_disposition WHERE letter_id = ANY($1::bigint[])', [
    letterIds.map(String),
  ])
}

/** Leaves out of a replay that is being started what was decided about since its plan was made. */
export const skipDisposed = async (transaction: Transaction, replayId: string): Promise<void> => {
  await transaction.query(
    `UPDATE replay_item AS i SET outcome = 'SKIPPED', outcome_at = now(),
       proof = 'not sent: ' || d.kind || ' by ' || d.actor || ' because: ' || d.reason
     FROM letter_disposition AS d WHERE i.replay_id = $1 AND i.outcome = 'PENDING' AND d.letter_id = i.letter_id`,
    [replayId],
  )
}

/** The dead letter that was indexed from a place; null: none. */
export const findLetterAt = async (
  db: Database,
  connectionId: string,
  place: { readonly topic: string; readonly partition: number; readonly offset: bigint },
): Promise<bigint | null> => {
  const found = await db.prisma.deadLetter.findUnique({
    where: { connectionId_topic_partition_offset: { connectionId, ...place } },
    select: { id: true },
  })
  return found?.id ?? null
}
