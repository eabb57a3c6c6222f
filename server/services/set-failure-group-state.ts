import type { z } from 'zod'
import type {
  FailureGroupDetail,
  setFailureGroupState as stateRequest,
} from '#server/contracts/failure-groups.ts'
import { sayStanding, setGroupState } from '#server/domain/failure-group-state.ts'
import type { Result } from '#server/domain/result.ts'
import { sayMoment } from '#server/domain/say-amounts.ts'
import type { Call } from '#server/ports/call.ts'
import { writeStanding } from '#server/repositories/failure-group-standings.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { writeMark } from './add-mark.ts'
import { changeFailureGroup } from './change-failure-group.ts'
import type { Actor, Connection, Deps } from './deps.ts'
import { type Fault, invalid } from './fault.ts'

/**
 * Sets the state of a failure group; with `fix` also the mark that says when its fix went out. A closed group that gets
 * letters afterwards comes back as new, a muted one when its terms say so.
 */
export const setFailureGroupState = async (
  deps: Deps,
  connection: Connection,
  actor: Actor,
  { id, state, mute, fix }: { readonly id: string } & z.output<typeof stateRequest>,
  call: Call,
): Promise<Result<FailureGroupDetail, Fault>> => {
  if (fix && state !== 'fix-out')
    return invalid(`fix: a group that is ${state} tells of no fix that went out.`)
  if (fix && fix.atMs > deps.clock.nowMs() + 60_000) return invalid('fix.atMs: that is yet to come.')
  const changed = await changeFailureGroup(
    deps,
    connection,
    actor,
    { id, action: 'set failure group state' },
    async (transaction, { standing, letters, nowMs }, standingId) => {
      const isSame = standing.state === state && mute === undefined && fix === undefined
      if (isSame) return null
      const next = setGroupState(standing, { state, mute }, actor.name, { nowMs, letters })
      if (!next.ok) return { refusal: next.error }
      await writeStanding(transaction, standingId, next.value)
      if (!fix) return { kind: 'state', text: sayStanding(next.value) }
      const { atMs, text, service } = fix
      const mark = { atMs, text, service: service ?? null, kind: 'deploy', createdBy: actor.name } as const
      await writeMark(transaction, mark)
      const moment = sayMoment(atMs)
      return { kind: 'state', text: `${sayStanding(next.value)}: ${text} went out at ${moment}` }
    },
    call,
  )
  if (changed.ok && fix) await notifyChanged(deps.db, 'marks')
  return changed
}
