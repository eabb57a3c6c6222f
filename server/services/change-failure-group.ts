import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import type { Result } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { type NewAuditEntry, recordAudit } from '#server/repositories/audit.ts'
import {
  type GroupEvent,
  type LockedGroup,
  lockFailureGroup,
  writeGroupEvent,
} from '#server/repositories/failure-group-standings.ts'
import { findStandingGroup } from '#server/repositories/failure-grouping.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { runInTransaction, type Transaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, invalid, notFound } from './fault.ts'
import { showFailureGroup } from './show-failure-group.ts'

/** What a change has made of a group, for its history and the audit; null: it was so before. Or why it can not be. */
export type Change = Pick<GroupEvent, 'kind' | 'text'> | null | { readonly refusal: string }

/**
 * Changes a failure group that is held meanwhile, and writes that into its history and the audit in the same
 * transaction. Answers the group as it is then.
 */
export const changeFailureGroup = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { id: asked, action }: { readonly id: string; readonly action: NewAuditEntry['action'] },
  change: (transaction: Transaction, group: LockedGroup, id: string) => Promise<Change>,
  call: Call,
): Promise<Result<FailureGroupDetail, Fault>> => {
  const made = await runInTransaction(deps.db, async (transaction) => {
    const id = await findStandingGroup({ pool: transaction }, connection.id, asked)
    const group = await lockFailureGroup(transaction, connection.id, id)
    if (!group) return 'missing'
    const done = await change(transaction, group, id)
    if (done === null || 'refusal' in done) return done
    await writeGroupEvent(transaction, id, { actor: actor.name, ...done })
    await recordAudit(transaction, {
      actor: actor.name,
      action,
      target: id,
      connectionId: connection.id,
      result: 'allowed',
      detail: done.text,
    })
    return done
  })
  if (made === 'missing') return notFound(`There is no failure group ${asked} on ${connection.name}.`)
  if (made !== null && 'refusal' in made) return invalid(made.refusal)
  if (made !== null) await notifyChanged(deps.db, 'failure-groups', connection.id)
  return showFailureGroup(deps, connection, asked, call)
}
