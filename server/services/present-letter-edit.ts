import type { EditChanges, PlanEdit } from '#server/contracts/letter-edits.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { compareHeaders } from '#server/domain/compare-headers.ts'
import { forgetEditAtMs } from '#server/domain/plan-keeping.ts'
import { makeStripTest } from '#server/domain/replay-copy.ts'
import type { Call } from '#server/ports/call.ts'
import { formatPosition, type RawMessage } from '#server/ports/raw-message.ts'
import { listLetters } from '#server/repositories/dead-letters.ts'
import { findLetterEdit, type LetterEdit } from '#server/repositories/letter-edits.ts'
import { editedRecord } from './apply-letter-edit.ts'
import { describeMessage, editLimits } from './decode-messages.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import type { Coordinates } from './read-letters.ts'
import { readWholeLetter } from './read-whole-letter.ts'

/** Who asks to see an edit (null: a report of it), and how long that may take. */
export type Asker = { readonly actor: Actor | null; readonly call: Call }

const isSame = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : Buffer.compare(a, b) === 0

/** A letter's record without the headers that no copy carries: what the edit is compared with. */
const withoutStripped = (record: RawMessage, isStripped: (name: string) => boolean): RawMessage => ({
  ...record,
  headers: record.headers.filter(({ name }) => !isStripped(name)),
})

/** What an edit changes, decoded. `original` is null where the letter is not in its topic any more. */
export const changesOf = async (
  connection: Connection,
  original: RawMessage | null,
  edited: RawMessage,
  call: Call,
): Promise<EditChanges> => {
  const isStripped = makeStripTest(edited.headers, connection.deadLetterRules)
  const after = withoutStripped(edited, isStripped)
  const before = original && withoutStripped(original, isStripped)
  const [was, is] = await Promise.all([
    before && describeMessage(before, connection, call, editLimits),
    describeMessage(after, connection, call, editLimits),
  ])
  const sideOf = (name: 'key' | 'value'): EditChanges['key'] =>
    before && isSame(before[name], after[name]) ? null : { before: was?.[name] ?? null, after: is[name] }
  const compared = compareHeaders(before?.headers ?? [], after.headers)
  return {
    key: sideOf('key'),
    value: sideOf('value'),
    headers: compared.flatMap(({ kind, before: from, after: to }) =>
      kind === 'same'
        ? []
        : [
            {
              kind,
              before: from === null ? null : (was?.headers[from] ?? null),
              after: to === null ? null : (is.headers[to] ?? null),
            },
          ],
    ),
    sameHeaders: before === null ? null : compared.filter(({ kind }) => kind === 'same').length,
  }
}

/** Where what is edited stands: the letter, or the record that died, which a pointer points to. */
export const payloadAt = (letter: Coordinates, origin: Coordinates | null): PlanEdit['payloadAt'] => {
  const { topic, partition, offset } = origin ?? letter
  return { topic: topic as TopicName, position: formatPosition(partition, offset) }
}

/** Why an actor can not decide on an edit; null: they can. */
export const whyNotDecide = ({ name, permissions }: Actor, edit: LetterEdit): string | null => {
  if (edit.decision !== null) return `${edit.decision.by} has ${edit.decision.kind} it already.`
  if (!permissions.has('dead-letters:approve'))
    return `${name} does not have the permission to approve edits.`
  return name === edit.editor
    ? `${name} has edited it: another person decides. Who asks is told by the login in front of Spillway (SPILLWAY_USER_HEADER).`
    : null
}

const approvalOf = (connection: Connection, edit: LetterEdit, actor: Actor | null): PlanEdit['approval'] => {
  const { decision } = edit
  if (connection.editing !== 'approved' && decision === null) return null
  return {
    state: decision?.kind ?? 'waiting',
    by: decision?.by ?? null,
    at: decision?.atMs ?? null,
    reason: decision?.reason ?? '',
    forgottenAt: forgetEditAtMs({ editedAtMs: edit.editedAtMs, decidedAtMs: decision?.atMs ?? null }),
    refusal: actor === null ? 'It is not asked by anybody.' : whyNotDecide(actor, edit),
  }
}

/** The edit of a plan with what it changes, or null. */
export const presentEdit = async (
  deps: Deps,
  connection: Connection,
  planId: string,
  { actor, call }: Asker,
): Promise<PlanEdit | null> => {
  const edit = await findLetterEdit(deps.db, planId)
  if (edit === null) return null
  const [letter] = await listLetters(deps.db, connection.id, { ids: [edit.letterId] }, 1, null)
  const { topic = '', partition = 0, offset = 0n } = letter ?? {}
  const read = letter && (await readWholeLetter(deps, connection, letter, call))
  const whole = read?.ok ? read.value : null
  // Of a pointer whose record is gone there is nothing to compare with.
  const original = whole?.missing === null ? whole.record : null
  const edited = editedRecord(original ?? { ...noRecord, topic: topic as TopicName, partition, offset }, edit)
  const changes = await changesOf(connection, original, edited, call)
  return {
    letterId: edit.letterId.toString(),
    source: { topic: topic as TopicName, position: formatPosition(partition, offset) },
    payloadAt: payloadAt({ topic, partition, offset }, whole?.origin ?? null),
    editor: edit.editor,
    editedAt: edit.editedAtMs,
    // Of a letter that is gone only what was edited is known.
    changes:
      original === null
        ? { ...changes, key: edit.key && changes.key, value: edit.value && changes.value }
        : changes,
    hash: edit.hash,
    approval: approvalOf(connection, edit, actor),
  }
}

const noRecord = {
  timestampMs: -1n,
  timestampType: 'create',
  key: null,
  value: null,
  headers: [],
} as const

/** Why a plan's edit may not be sent now, as a sentence; null for a plan without one, and for one that may. */
export const whyNotSendEdit = async (
  deps: Deps,
  connection: Connection,
  planId: string,
): Promise<string | null> => {
  const edit = await findLetterEdit(deps.db, planId)
  if (edit === null) return null
  if (edit.decision?.kind === 'declined')
    return `${edit.decision.by} has declined this edit because: ${edit.decision.reason}`
  if (connection.editing === 'off') return `Editing dead letters is off on ${connection.name}.`
  return connection.editing === 'approved' && edit.decision === null
    ? `It waits for approval: another person than ${edit.editor} has to look at it first.`
    : null
}
