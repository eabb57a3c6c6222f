import { describeFailureGroups } from '#server/services/describe-failure-groups.ts'
import type { LeasedLoop } from './leased-loop.ts'

const idleMs = 3_000
const leaseOf = (connectionId: string) => `describe-failure-groups:${connectionId}`

/** Keeps what the inbox tells of failure groups, one owner a connection. */
export const describeFailureGroupsLoop: LeasedLoop = {
  name: 'describe-failure-groups',
  wanted: async ({ connections }) => connections.map(({ id }) => leaseOf(id)),
  step: async (leaseName, { deps }) => {
    const connection = deps.connections.find(({ id }) => leaseOf(id) === leaseName)
    if (!connection) return 'done'
    return (await describeFailureGroups(deps, connection)) ? 0 : idleMs
  },
}
