import { indexDeadLetters as indexOnce } from '#server/services/index-dead-letters.ts'
import type { LeasedLoop } from './leased-loop.ts'

const idleMs = 1_000
const deadlineMs = 20_000
const leaseOf = (connectionId: string) => `index-dead-letters:${connectionId}`

/** Keeps the dead-letter index of every connection, one owner a connection. */
export const indexDeadLetters: LeasedLoop = {
  name: 'index-dead-letters',
  wanted: async ({ connections }) => connections.map(({ id }) => leaseOf(id)),
  step: async (leaseName, { deps, logger, hold }) => {
    const connection = deps.connections.find(({ id }) => leaseOf(id) === leaseName)
    if (!connection) return 'done'
    const signal = AbortSignal.any([hold.signal, AbortSignal.timeout(deadlineMs)])
    const answer = await indexOnce(deps, connection, { name: leaseName, fence: hold.fence }, { signal })
    if (!answer.ok) {
      if (!hold.signal.aborted) logger.warn(answer.error, 'indexing failed')
      return idleMs * 3
    }
    if (answer.value.indexed > 0)
      logger.debug({ ...answer.value, behind: answer.value.behind.toString() }, 'indexed')
    return answer.value.behind > 0n && answer.value.moved ? 0 : idleMs
  },
}
