import type { ReplaySummary } from '#server/contracts/replays.ts'
import { fail, type Result } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { noteStopped } from '#server/repositories/replay-control.ts'
import { findReplay, markCancelling } from '#server/repositories/replays.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { showReplay } from './show-replay.ts'

/** Stops a replay after the batch in progress. What was sent stays sent and is followed to its outcome. */
export const cancelReplay = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  id: string,
  call: Call,
): Promise<Result<ReplaySummary, Fault>> => {
  const found = await findReplay(deps.db, connection.id, id)
  if (!found || found.number === null) return notFound(`There is no replay ${id} on ${connection.name}.`)
  const entry = { actor: actor.name, action: 'stop replay', target: id, connectionId: connection.id }
  const isStopping = await runInTransaction(deps.db, async (transaction) => {
    if (!(await markCancelling(transaction, id)) && found.state !== 'cancelling') return false
    await noteStopped(transaction, id, actor.name)
    await recordAudit(transaction, {
      ...entry,
      result: 'allowed',
      detail: `replay ${found.number}`,
      about: [{ kind: 'replay', id }],
    })
    return true
  })
  if (!isStopping)
    return fail({
      code: 'conflict',
      detail: `Replay ${found.number} is not sending any more: it is ${found.state}.`,
    })
  await notifyChanged(deps.db, 'replays', connection.id)
  return showReplay(deps, connection, id, call)
}
