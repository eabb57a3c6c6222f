import { type IndexShare, indexShares, wordOfShare } from '#server/domain/index-shares.ts'
import { indexDeadLetters as indexOnce } from '#server/services/index-dead-letters.ts'
import { listIndexShares } from '#server/services/list-index-shares.ts'
import type { LeasedLoop } from './leased-loop.ts'

const idleMs = 1_000
const deadlineMs = 20_000
const leaseOf = (connectionId: string, share: IndexShare) =>
  `index-dead-letters:${connectionId}:${wordOfShare(share)}`

/**
 * Keeps the dead-letter index of every connection. Its partitions are in shares, each with one owner; the workers that
 * live have about as many each, and give back what is another's when one comes or goes.
 */
export const indexDeadLetters: LeasedLoop = {
  name: 'index-dead-letters',
  wanted: async (deps, owner) =>
    (await listIndexShares(deps, owner)).map(({ connection, share }) => leaseOf(connection.id, share)),
  step: async (leaseName, { deps, logger, hold }) => {
    for (const connection of deps.connections)
      for (const share of indexShares) {
        if (leaseOf(connection.id, share) !== leaseName) continue
        const signal = AbortSignal.any([hold.signal, AbortSignal.timeout(deadlineMs)])
        const lease = { name: leaseName, fence: hold.fence }
        const answer = await indexOnce(deps, connection, lease, { signal }, share)
        if (!answer.ok) {
          if (!hold.signal.aborted) logger.warn(answer.error, 'indexing failed')
          return idleMs * 3
        }
        if (answer.value.indexed > 0)
          logger.debug({ ...answer.value, behind: answer.value.behind.toString() }, 'indexed')
        return answer.value.behind > 0n && answer.value.moved ? 0 : idleMs
      }
    return 'done'
  },
}
