import type { ConnectionDetail } from '#server/contracts/connections.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { summaryOf } from './list-connections.ts'

/** A broker that does not answer this soon is shown as away. In milliseconds. */
const patienceMs = 5_000

/** One connection with its cluster and what this user may do there. `broker` is null while it does not answer. */
export const showConnection = async (
  _deps: Deps,
  connection: Connection,
  call: Call,
): Promise<Result<ConnectionDetail, Fault>> => {
  const patient = { signal: AbortSignal.any([call.signal, AbortSignal.timeout(patienceMs)]) }
  const [described, capabilities] = await Promise.all([
    connection.broker.describe(patient),
    connection.broker.capabilities(patient),
  ])
  return succeed({
    ...summaryOf(connection),
    broker: described.ok ? { ...described.value } : null,
    capabilities,
  })
}
