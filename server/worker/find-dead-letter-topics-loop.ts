import { sampleTopicNatures } from '#server/services/sample-topic-natures.ts'
import type { LeasedLoop } from './leased-loop.ts'

/** Each topic is looked at again after this long at the earliest, in milliseconds. */
const againMs = 20_000
/** Between two steps while more topics are due, and when none is. */
const betweenMs = 1_000
const idleMs = 5_000
const deadlineMs = 10_000

const leaseOf = (connectionId: string) => `find-dead-letter-topics:${connectionId}`

/** Finds dead-letter and retry topics by what their newest records carry, a few topics a step, one owner a connection. */
export const findDeadLetterTopicsLoop: LeasedLoop = {
  name: 'find-dead-letter-topics',
  wanted: async ({ connections }) => connections.map(({ id }) => leaseOf(id)),
  step: async (leaseName, { deps, logger, hold }) => {
    const connection = deps.connections.find(({ id }) => leaseOf(id) === leaseName)
    if (!connection) return 'done'
    const signal = AbortSignal.any([hold.signal, AbortSignal.timeout(deadlineMs)])
    const step = await sampleTopicNatures(deps, connection, againMs, { signal })
    if (!step.ok) {
      logger.debug(step.error, 'topics not looked at')
      return idleMs
    }
    return step.value.isMore ? betweenMs : idleMs
  },
}
