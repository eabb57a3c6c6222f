import type { RawHeader } from '#server/domain/dead-letter.ts'
import type { Database } from './database.ts'
import type { Transaction } from './run-in-transaction.ts'

/** A side that was edited, with its new bytes (null: no key, no value); null: it keeps those of the letter. */
export type EditedSide = { readonly bytes: Uint8Array | null } | null

export type NewLetterEdit = {
  readonly letterId: bigint
  readonly editor: string
  readonly key: EditedSide
  readonly value: EditedSide
  /** All of them, in their order. */
  readonly headers: readonly RawHeader[]
  /** `hashCopy` of the letter that was edited, and of what is sent instead, without the lineage. */
  readonly originalHash: string
  readonly hash: string
}
export type LetterEdit = NewLetterEdit & {
  readonly replayId: string
  readonly editedAtMs: number
  /** What a second person has said. */
  readonly decision: {
    readonly kind: 'approved' | 'declined'
    readonly by: string
    readonly atMs: number
    readonly reason: string
  } | null
}

type Row = Awaited<ReturnType<Database['prisma']['letterEdit']['findUniqueOrThrow']>>

const editOf = (row: Row): LetterEdit => ({
  replayId: row.replayId,
  letterId: row.letterId,
  editor: row.editor,
  editedAtMs: row.editedAt.getTime(),
  key: row.keyEdited ? { bytes: row.key } : null,
  value: row.valueEdited ? { bytes: row.value } : null,
  headers: (row.headers as [string, string | null][]).map(([name, value]) => ({
    name,
    value: value === null ? null : Buffer.from(value, 'base64'),
  })),
  originalHash: row.originalHash,
  hash: row.hash,
  decision:
    row.decision === null
      ? null
      : {
          kind: row.decision as 'approved' | 'declined',
          by: row.decidedBy ?? '',
          atMs: row.decidedAt?.getTime() ?? 0,
          reason: row.decisionReason,
        },
})

const bytesOf = (side: EditedSide) => (side?.bytes ? Uint8Array.from(side.bytes) : null)

/** The row of an edit, to be written with its plan. */
export const editRowOf = (replayId: string, edit: NewLetterEdit) => ({
  replayId,
  letterId: edit.letterId,
  editor: edit.editor,
  keyEdited: edit.key !== null,
  key: bytesOf(edit.key),
  valueEdited: edit.value !== null,
  value: bytesOf(edit.value),
  headers: edit.headers.map(({ name, value }) => [
    name,
    value === null ? null : Buffer.from(value).toString('base64'),
  ]),
  originalHash: edit.originalHash,
  hash: edit.hash,
})

/** What a replay sends instead of its letter, or null: it sends its letters as they died. */
export const findLetterEdit = async (db: Database, replayId: string): Promise<LetterEdit | null> => {
  const row = await db.prisma.letterEdit.findUnique({ where: { replayId } })
  return row ? editOf(row) : null
}

/** Writes what a second person has said, once. False when somebody has said something before. */
export const writeEditDecision = async (
  transaction: Transaction,
  replayId: string,
  decision: { readonly kind: 'approved' | 'declined'; readonly by: string; readonly reason: string },
): Promise<boolean> => {
  const { rowCount } = await transaction.query(
    `UPDATE letter_edit SET decision = $2, decided_by = $3, decision_reason = $4, decided_at = now()
     WHERE replay_id = $1 AND decision IS NULL
       AND EXISTS (SELECT FROM replay WHERE id = $1 AND state = 'planned' FOR UPDATE)`,
    [replayId, decision.kind, decision.by, decision.reason.replaceAll('\0', '\ufffd')],
  )
  return rowCount === 1
}

/** Edits of a connection that nobody has decided on and that were not started, the oldest first. */
export const listWaitingEdits = async (db: Database, connectionId: string, limit: number) =>
  (
    await db.prisma.letterEdit.findMany({
      where: { decision: null, replay: { connectionId, state: 'planned' } },
      orderBy: { editedAt: 'asc' },
      take: limit,
      include: { replay: { select: { title: true, targets: true } } },
    })
  ).map(({ replay, ...row }) => ({ ...editOf(row), title: replay.title, targets: replay.targets }))

/**
 * Of these letters those with a copy of which nobody knows what became, and whether one of them was an edited copy. What
 * is sent after such a copy must be the same message: else both, edited and original, may have been processed.
 */
export const listUnprovenCopies = async (
  db: Database,
  letterIds: readonly bigint[],
): Promise<ReadonlyMap<bigint, { readonly edited: boolean }>> => {
  const { rows } = await db.pool.query<{ letter_id: string; edited: boolean }>(
    `SELECT i.letter_id, bool_or(e.replay_id IS NOT NULL) AS edited
     FROM replay_item AS i JOIN replay AS r ON r.id = i.replay_id LEFT JOIN letter_edit AS e ON e.replay_id = r.id
     WHERE i.letter_id = ANY($1::bigint[]) AND r.number IS NOT NULL AND i.outcome = 'UNKNOWN' GROUP BY 1`,
    [letterIds.map(String)],
  )
  return new Map(rows.map((row) => [BigInt(row.letter_id), { edited: row.edited }]))
}

/** Leaves out of a replay that is being started what would be the second of an edited and an unedited copy. */
export const skipBesideEdits = async (transaction: Transaction, replayId: string): Promise<void> => {
  await transaction.query(
    `UPDATE replay_item AS mine SET outcome = 'SKIPPED', outcome_at = now(),
       proof = 'not sent: replay #' || taken.number || CASE WHEN taken.edited THEN ' has sent an edited copy'
         ELSE ' has sent it as it was' END || ', and nobody knows what became of that'
     FROM (
       SELECT other.letter_id, max(r.number) AS number, bool_or(e.replay_id IS NOT NULL) AS edited
       FROM replay_item AS other JOIN replay AS r ON r.id = other.replay_id LEFT JOIN letter_edit AS e ON e.replay_id = r.id
       WHERE other.letter_id IN (SELECT letter_id FROM replay_item WHERE replay_id = $1)
         AND r.id <> $1 AND r.number IS NOT NULL AND other.outcome = 'UNKNOWN'
       GROUP BY 1
       HAVING bool_or(e.replay_id IS NOT NULL) OR EXISTS (SELECT FROM letter_edit WHERE replay_id = $1)
     ) AS taken
     WHERE mine.replay_id = $1 AND mine.outcome = 'PENDING' AND mine.letter_id = taken.letter_id`,
    [replayId],
  )
}
