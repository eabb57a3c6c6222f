import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import type { Result } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import { writeFailureGroupState } from '#server/repositories/failure-groups.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { showFailureGroup } from './show-failure-group.ts'

/** Sets the state of a failure group, with an audit entry. A resolved group that dies again becomes new. */
export const setFailureGroupState = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  input: { readonly id: string; readonly state: FailureGroupDetail['state'] },
  call: Call,
): Promise<Result<FailureGroupDetail, Fault>> => {
  const { id, state } = input
  const entry = {
    actor: actor.name,
    action: 'set failure group state',
    target: id,
    connectionId: connection.id,
  }
  const isSet = await runInTransaction(deps.db, async (transaction) => {
    if (!(await writeFailureGroupState(transaction, connection.id, id, state, actor.name))) return false
    await recordAudit(transaction, { ...entry, result: 'allowed', detail: state })
    return true
  })
  if (!isSet) return notFound(`There is no failure group ${id} on ${connection.name}.`)
  await notifyChanged(deps.db, 'failure-groups', connection.id)
  return showFailureGroup(deps, connection, id, call)
}
