import { keepExpiring } from '#server/services/keep-expiring.ts'
import { keepingLeaseOf } from '#server/services/read-keeping.ts'
import type { LeasedLoop } from './leased-loop.ts'

const roundMs = 30_000
const deadlineMs = 20_000
/** So that a missing right is told once, not every round. */
let unsizedBefore: string | null = null

/** Keeps letters that retention is about to delete, on connections whose operator wants that. */
export const keepExpiringLoop: LeasedLoop = {
  name: 'keep-expiring',
  wanted: async ({ connections }) =>
    connections.flatMap(({ id, keepExpiring: bounds }) => (bounds ? [keepingLeaseOf(id)] : [])),
  step: async (leaseName, { deps, logger, hold }) => {
    const connection = deps.connections.find(({ id }) => keepingLeaseOf(id) === leaseName)
    if (!connection) return 'done'
    const signal = AbortSignal.any([hold.signal, AbortSignal.timeout(deadlineMs)])
    const answer = await keepExpiring(deps, connection, { name: leaseName, fence: hold.fence }, { signal })
    if (!answer.ok) {
      if (!hold.signal.aborted) logger.warn(answer.error, 'letters about to expire could not be kept')
      return roundMs
    }
    const { kept, leftOut, isMore, unsized } = answer.value
    if (unsized !== null && unsizedBefore !== unsized)
      logger.warn({ unsized }, 'which letters retention by size is about to delete could not be foreseen')
    unsizedBefore = unsized
    if (leftOut > 0) logger.warn({ kept, leftOut }, 'not all letters about to expire could be kept')
    else if (kept > 0) logger.info({ kept }, 'letters about to expire were kept')
    return isMore ? 0 : roundMs
  },
}
