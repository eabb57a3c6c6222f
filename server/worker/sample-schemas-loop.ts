import { announceSchemas, sampleTopicSchemas } from '#server/services/sample-schemas.ts'
import { dueTopics } from '#server/services/sample-schemas-now.ts'
import type { LeasedLoop } from './leased-loop.ts'

/** Each topic is looked at again after this long at the earliest, in milliseconds. */
const againMs = 60_000
/** Topics of one step, and the pause between two steps while more are due. */
const topicsPerStep = 5
const betweenMs = 2_000
const idleMs = 10_000
const deadlineMs = 10_000

const leaseOf = (connectionId: string) => `sample-schemas:${connectionId}`

/** Samples which schemas the messages of each topic carry, a few topics a step, one owner a connection with a registry. */
export const sampleSchemasLoop: LeasedLoop = {
  name: 'sample-schemas',
  wanted: async ({ connections }) =>
    connections.filter(({ registry }) => registry !== null).map(({ id }) => leaseOf(id)),
  step: async (leaseName, { deps, logger, hold }) => {
    const connection = deps.connections.find(({ id }) => leaseOf(id) === leaseName)
    if (!connection) return 'done'
    const call = () => ({ signal: AbortSignal.any([hold.signal, AbortSignal.timeout(deadlineMs)]) })
    const due = await dueTopics(deps, connection, againMs, call())
    if (!due.ok) {
      logger.debug(due.error, 'topics not listed')
      return idleMs
    }
    for (const topic of due.value.slice(0, topicsPerStep)) {
      if (!hold.stillHeld()) return 'done'
      const sampled = await sampleTopicSchemas(deps, connection, topic, call())
      if (!sampled.ok) logger.debug({ topic: topic.name, why: sampled.error }, 'topic not sampled')
    }
    if (due.value.length > 0) await announceSchemas(deps, connection)
    return due.value.length > topicsPerStep ? betweenMs : idleMs
  },
}
