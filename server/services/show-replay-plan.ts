import type { ReplayPlan } from '#server/contracts/replays.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { findReplay } from '#server/repositories/replays.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'

/** A plan as it was frozen. */
export const showReplayPlan = async (
  deps: Deps,
  connection: Connection,
  id: string,
  _call: Call,
): Promise<Result<ReplayPlan, Fault>> => {
  const found = await findReplay(deps.db, connection.id, id)
  return found ? succeed({ planId: found.id, ...found.plan }) : notFound(`There is no replay plan ${id}.`)
}
