import { probeRegistry, sampleLag } from '#server/services/sample-lag.ts'
import type { LeasedLoop } from './leased-loop.ts'

/** Between the starts of two rounds, in milliseconds. */
const roundMs = 5_000
const deadlineMs = 15_000
const registryPatienceMs = 3_000
const sizesEveryRounds = 6
const registryEveryRounds = 3

const leaseOf = (connectionId: string) => `sample-lag:${connectionId}`
const rounds = new Map<string, number>()
/** By lease: why the last round failed, so that an outage of an hour is one warning. */
const failures = new Map<string, string>()

/** Samples lag and topic ends of every connection, one owner a connection. */
export const sampleLagLoop: LeasedLoop = {
  name: 'sample-lag',
  wanted: async ({ connections }) => connections.map(({ id }) => leaseOf(id)),
  step: async (leaseName, { deps, logger, hold }) => {
    const connection = deps.connections.find(({ id }) => leaseOf(id) === leaseName)
    if (!connection) return 'done'
    const startedAt = performance.now()
    const round = rounds.get(leaseName) ?? 0
    rounds.set(leaseName, round + 1)
    const lease = { name: leaseName, fence: hold.fence }
    const sampled = await sampleLag(
      deps,
      connection,
      { withSizes: round % sizesEveryRounds === 0, lease },
      { signal: AbortSignal.any([hold.signal, AbortSignal.timeout(deadlineMs)]) },
    )
    if (round % registryEveryRounds === 0)
      await probeRegistry(deps, connection, lease, {
        signal: AbortSignal.any([hold.signal, AbortSignal.timeout(registryPatienceMs)]),
      })
    if (sampled.ok) {
      if (failures.delete(leaseName)) logger.info('sampling works again')
      logger.debug(sampled.value, 'sampled')
    } else if (!hold.signal.aborted) {
      const isNew = failures.get(leaseName) !== sampled.error.detail
      failures.set(leaseName, sampled.error.detail)
      logger[isNew ? 'warn' : 'debug'](sampled.error, 'round failed')
    }
    // A round that takes long leaves the broker alone for as long again.
    const tookMs = performance.now() - startedAt
    return Math.max(roundMs - tookMs, Math.min(tookMs, roundMs))
  },
}
