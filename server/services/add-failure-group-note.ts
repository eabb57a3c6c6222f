import type { FailureGroupDetail } from '#server/contracts/failure-groups.ts'
import type { Result } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { changeFailureGroup } from './change-failure-group.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'

/** Writes a note to a failure group. Notes are kept as they were written. */
export const addFailureGroupNote = (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { id, text }: { readonly id: string; readonly text: string },
  call: Call,
): Promise<Result<FailureGroupDetail, Fault>> =>
  changeFailureGroup(
    deps,
    connection,
    actor,
    { id, action: 'write note to failure group' },
    async () => ({ kind: 'note', text: text.replaceAll('\0', '\ufffd') }),
    call,
  )
