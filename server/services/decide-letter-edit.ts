import type { z } from 'zod'
import type { decideEditRequest, waitingEdits } from '#server/contracts/letter-edits.ts'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { forgetEditAtMs } from '#server/domain/plan-keeping.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import { findLetterEdit, listWaitingEdits, writeEditDecision } from '#server/repositories/letter-edits.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { findReplay } from '#server/repositories/replays.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { whyNotDecide } from './present-letter-edit.ts'
import { showReplayPlan } from './show-replay-plan.ts'

const shownEdits = 100
const kinds = { approve: 'approved', decline: 'declined' } as const

/**
 * Approves an edit, or declines it with a reason: once, by another person than its editor, and for the bytes that were
 * looked at. Refused attempts are in the audit, too.
 */
export const decideLetterEdit = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { id, decision, hash, reason }: z.output<typeof decideEditRequest> & { readonly id: string },
  call: Call,
): Promise<Result<ReplayPlan, Fault>> => {
  const plan = await findReplay(deps.db, connection.id, id)
  const edit = plan && (await findLetterEdit(deps.db, id))
  if (!plan || !edit) return notFound(`There is no plan ${id} of an edited letter.`)
  const entry = {
    actor: actor.name,
    action: `${decision} edited letter`,
    target: id,
    connectionId: connection.id,
    reason,
    about: [
      { kind: 'replay', id },
      { kind: 'dead-letter', id: edit.letterId.toString() },
    ],
    facts: { plan: { editor: edit.editor, 'hash of the edit': edit.hash } },
  } as const
  const refusal =
    plan.number !== null
      ? 'It was started already.'
      : connection.editing !== 'approved'
        ? `Edits need no approval on ${connection.name}.`
        : hash !== edit.hash
          ? 'The edit is not the one that was looked at.'
          : whyNotDecide(actor, edit)
  const isWritten = await runInTransaction(deps.db, async (transaction) => {
    const written =
      refusal === null &&
      (await writeEditDecision(transaction, id, { kind: kinds[decision], by: actor.name, reason }))
    await recordAudit(transaction, {
      ...entry,
      result: written ? 'allowed' : 'refused',
      detail: written ? `${kinds[decision]} what ${edit.editor} has edited` : (refusal ?? decidedMeanwhile),
    })
    return written
  })
  if (!isWritten) return fail({ code: 'conflict', detail: refusal ?? decidedMeanwhile })
  await notifyChanged(deps.db, 'replays', connection.id)
  return showReplayPlan(deps, connection, id, call, actor)
}

const decidedMeanwhile = 'Somebody else has decided on it meanwhile.'

/** Edits that wait for a second person, the oldest first; none where the connection asks for nobody. */
export const listEdits = async (
  deps: Deps,
  connection: Connection,
): Promise<Result<z.infer<typeof waitingEdits>, Fault>> => {
  const edits =
    connection.editing === 'approved' ? await listWaitingEdits(deps.db, connection.id, shownEdits) : []
  return succeed({
    edits: edits.map(({ replayId, letterId, title, editor, editedAtMs, targets }) => ({
      planId: replayId,
      letterId: letterId.toString(),
      title,
      editor,
      editedAt: editedAtMs,
      forgottenAt: forgetEditAtMs({ editedAtMs, decidedAtMs: null }),
      targets: targets as TopicName[],
    })),
  })
}
