import type { z } from 'zod'
import type { replayReturnList } from '#server/contracts/replay-returns.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { findReplay } from '#server/repositories/replays.ts'
import { listReturns } from '#server/repositories/returned-copies.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'

/** Copies of a replay that died again, by the error that they died of. */
export const listReplayReturns = async (
  deps: Deps,
  connection: Connection,
  id: string,
  _call: Call,
): Promise<Result<z.input<typeof replayReturnList>, Fault>> => {
  const found = await findReplay(deps.db, connection.id, id)
  if (!found) return notFound(`There is no replay ${id} on ${connection.name}.`)
  const returns = await listReturns(deps.db, found.id)
  return succeed({
    returns: returns.map(({ letterId, traceId, connectionId, ...one }) => ({
      ...one,
      connection: connectionId,
      letterId: letterId.toString(),
      traceId,
    })),
  })
}
