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
  /** `hashContent` of the letter that was edited, and of what is sent instead, without the lineage. */
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
