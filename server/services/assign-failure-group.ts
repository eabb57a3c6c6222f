import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import type { Result } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { writeAssignee } from '#server/repositories/failure-group-standings.ts'
import { changeFailureGroup } from './change-failure-group.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'

/** Says who works on a failure group; null: nobody does any more. */
export const assignFailureGroup = (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  input: { readonly id: string; readonly assignee: string | null },
  call: Call,
): Promise<Result<FailureGroupDetail, Fault>> => {
  const assignee = input.assignee?.replaceAll('\0', '\ufffd') ?? null
  return changeFailureGroup(
    deps,
    connection,
    actor,
    { id: input.id, action: 'assign failure group' },
    async (transaction, group, id) => {
      if (group.assignee === assignee) return null
      await writeAssignee(transaction, id, assignee)
      const text = assignee === null ? `no longer assigned to ${group.assignee}` : `assigned to ${assignee}`
      return { kind: 'assignee', text }
    },
    call,
  )
}
