import type { z } from 'zod'
import type { LetterEditCheck, LetterEditForm, letterEditDraft } from '#server/contracts/letter-edits.ts'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import { keyTextOf } from '#server/domain/dead-letter-key.ts'
import { ruleOfHeader } from '#server/domain/edit-headers.ts'
import { makeStripTest } from '#server/domain/replay-copy.ts'
import { hashContent } from '#server/domain/replay-ledger.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { sayMany } from '#server/domain/say-amounts.ts'
import type { Call } from '#server/ports/call.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import type { NewLetterEdit } from '#server/repositories/letter-edits.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import { editedRecord } from './apply-letter-edit.ts'
import { describeMessage, editLimits } from './decode-messages.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, invalid } from './fault.ts'
import { deadLetterRowOf } from './list-dead-letters.ts'
import { planReplay } from './plan-replay.ts'
import { openEditable, prepareLetterEdit } from './prepare-letter-edit.ts'
import { payloadAt } from './present-letter-edit.ts'

type Request = z.output<typeof letterEditDraft> & { readonly id: string }

/** A dead letter as it can be edited: its record, and what may be done to each of its headers. */
export const showLetterEdit = async (
  deps: Deps,
  connection: Connection,
  id: string,
  call: Call,
): Promise<Result<LetterEditForm, Fault>> => {
  const opened = await openEditable(deps, connection, id, call)
  if (!opened.ok) return opened
  const { letter, record, origin, refusal } = opened.value
  const isStripped = makeStripTest(record.headers, connection.deadLetterRules)
  return succeed({
    letter: deadLetterRowOf(letter),
    message: await describeMessage(record, connection, call, editLimits),
    headerRules: record.headers.map(({ name }) => ruleOfHeader(name, isStripped)),
    payloadAt: payloadAt(letter, origin),
    mode: connection.editing,
    refusal,
  })
}

/** What an edit would change and what is wrong with it, for the one who types it. Keeps and sends nothing. */
export const checkLetterEdit = async (
  deps: Deps,
  connection: Connection,
  { id, ...draft }: Request,
  call: Call,
): Promise<Result<LetterEditCheck, Fault>> => {
  const opened = await openEditable(deps, connection, id, call)
  if (!opened.ok) return opened
  return succeed((await prepareLetterEdit(connection, opened.value, draft, call)).check)
}

/**
 * Plans a replay of one letter that sends an edited message instead of it, as every replay is planned. The bytes of the
 * edit are kept with the plan, by their hash. Nothing is sent before the plan is started, and where the connection asks
 * for it, approved by another person.
 */
export const planLetterEdit = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { id, ...draft }: Request,
  call: Call,
): Promise<Result<ReplayPlan, Fault>> => {
  const opened = await openEditable(deps, connection, id, call)
  if (!opened.ok) return opened
  const { letter, record, origin, refusal } = opened.value
  if (refusal !== null) {
    await runInTransaction(deps.db, (transaction) =>
      recordAudit(transaction, {
        ...entryOf(connection, actor, id),
        result: 'refused',
        detail: refusal,
      }),
    )
    return fail({ code: 'conflict', detail: refusal })
  }
  const { check, edited, isEdited } = await prepareLetterEdit(connection, opened.value, draft, call)
  if (!check.mayPlan || edited === null) return invalid(firstProblem(check))
  const row: NewLetterEdit = {
    letterId: letter.id,
    editor: actor.name,
    key: isEdited.key ? { bytes: edited.key } : null,
    value: isEdited.value ? { bytes: edited.value } : null,
    headers: edited.headers,
    originalHash: hashContent(record),
    hash: hashContent(edited),
  }
  const planned = await planReplay(
    deps,
    connection,
    actor,
    { selection: { letterIds: [id] }, targetTopic: null },
    call,
    {
      // A pointer holds nothing that could be edited: what is, is the record that died.
      apply: (message) => editedRecord(origin === null ? message : record, row),
      isRehydrated: origin !== null,
      isKeyChanged: isEdited.key,
      keyText: keyTextOf(edited.key),
      row,
    },
  )
  if (!planned.ok) return planned
  const headers = check.changes?.headers ?? []
  await runInTransaction(deps.db, (transaction) =>
    recordAudit(transaction, {
      ...entryOf(connection, actor, id),
      about: [
        { kind: 'dead-letter', id },
        { kind: 'replay', id: planned.value.planId },
      ],
      result: 'allowed',
      // Which parts, never what they say.
      detail: `changes ${[
        ...(isEdited.key ? ['the key'] : []),
        ...(isEdited.value ? ['the value'] : []),
        sayMany(headers.length, 'header'),
      ].join(', ')}`,
      facts: {
        plan: {
          plan: planned.value.planId,
          'hash of the original': row.originalHash,
          'hash of the edit': row.hash,
          headers: headers.map(({ kind, before, after }) => `${kind} ${(after ?? before)?.name ?? ''}`),
          approval: connection.editing === 'approved' ? 'waits for another person' : 'not asked for',
        },
      },
    }),
  )
  await notifyChanged(deps.db, 'replays', connection.id)
  return planned
}

const entryOf = (connection: Connection, { name }: Actor, id: string) =>
  ({
    actor: name,
    action: 'edit dead letter',
    target: id,
    connectionId: connection.id,
    about: [{ kind: 'dead-letter', id }],
  }) as const

const firstProblem = ({ key, value, headers, problems }: LetterEditCheck): string => {
  const [inKey] = key.problems
  if (inKey) return `key${inKey.path === '' ? '' : `, ${inKey.path}`}: ${inKey.message}`
  const [inValue] = value.problems
  if (inValue) return `value${inValue.path === '' ? '' : `, ${inValue.path}`}: ${inValue.message}`
  const [header] = headers
  if (header) return `headers.${header.index}: ${header.message}`
  return problems[0] ?? 'The edit can not be planned.'
}
