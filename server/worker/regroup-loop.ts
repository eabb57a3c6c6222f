import { listRegroupingConnections } from '#server/repositories/regroupings.ts'
import { runRegrouping } from '#server/services/run-regrouping.ts'
import type { LeasedLoop } from './leased-loop.ts'

const deadlineMs = 20_000
const blockedMs = 5_000
const leaseOf = (connectionId: string) => `regroup:${connectionId}`

/** Moves letters to the failure groups that are theirs after a change of the grouping, one owner a connection. */
export const regroupLoop: LeasedLoop = {
  name: 'regroup',
  wanted: async ({ db, connections }) => {
    const under = new Set(await listRegroupingConnections(db))
    return connections.flatMap(({ id }) => (under.has(id) ? [leaseOf(id)] : []))
  },
  step: async (leaseName, { deps, hold }) => {
    const connection = deps.connections.find(({ id }) => leaseOf(id) === leaseName)
    if (!connection) return 'done'
    const signal = AbortSignal.any([hold.signal, AbortSignal.timeout(deadlineMs)])
    const proof = { name: leaseName, fence: hold.fence }
    const state = await runRegrouping(deps, connection, proof, { signal })
    return state === 'idle' ? 'done' : state === 'blocked' ? blockedMs : 0
  },
}
