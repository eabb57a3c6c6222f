import type { ReplayPlan } from '#server/contracts/replays.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { findReplay } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'

/** A plan as it was frozen, and the replay that it became. */
export const showReplayPlan = async (
  deps: Deps,
  connection: Connection,
  id: string,
  _call: Call,
): Promise<Result<ReplayPlan, Fault>> => {
  const found = await findReplay(deps.db, connection.id, id)
  if (!found) return notFound(`There is no replay plan ${id}.`)
  const { number, startedAtMs } = found
  return succeed({
    planId: found.id,
    ...found.plan,
    started: number === null || startedAtMs === null ? null : { replayId: id, number, at: startedAtMs },
  })
}
