import type { GroupIsolation } from '#server/contracts/replays.ts'
import type { GroupId } from '#server/contracts/scalars.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import { readGroupIsolations, writeGroupIsolation } from '#server/repositories/group-isolations.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'

/** Keeps how an operator says that a group reads, with an audit entry: Kafka does not tell. */
export const declareGroupIsolation = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { group, isolation }: { readonly group: GroupId; readonly isolation: GroupIsolation['isolation'] },
  _call: Call,
): Promise<Result<GroupIsolation, Fault>> => {
  await runInTransaction(deps.db, async (transaction) => {
    const kept = isolation === 'unknown' ? null : isolation
    await writeGroupIsolation(transaction, connection.id, group, kept, actor.name)
    await recordAudit(transaction, {
      actor: actor.name,
      action: 'declare how a group reads',
      target: group,
      connectionId: connection.id,
      result: 'allowed',
      about: [{ kind: 'group', id: group }],
      detail: isolation === 'unknown' ? 'not known' : `read_${isolation}`,
    })
  })
  return succeed((await isolationsOf(deps, connection, [group]))(group))
}

/** How groups read as far as operators declared it: `unknown` by nobody otherwise. */
export const isolationsOf = async (
  deps: Deps,
  connection: Connection,
  groups: readonly string[],
): Promise<(group: string) => GroupIsolation> => {
  const declared = await readGroupIsolations(deps.db, connection.id, groups)
  return (group) => {
    const one = declared.get(group)
    return one
      ? { isolation: one.isolation, declaredBy: one.declaredBy, declaredAt: one.declaredAtMs }
      : { isolation: 'unknown', declaredBy: null, declaredAt: null }
  }
}
