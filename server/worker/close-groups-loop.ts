import { listDecidedGroups } from '#server/repositories/weigh-group.ts'
import { closeSettledGroups } from '#server/services/close-settled-groups.ts'
import type { LeasedLoop } from './leased-loop.ts'

const everyMs = 5_000
const leaseOf = (connectionId: string) => `close-groups:${connectionId}`

/** Closes failure groups whose last open letters somebody has put away; those of a replay are closed as it is followed. */
export const closeGroupsLoop: LeasedLoop = {
  name: 'close-groups',
  wanted: async ({ connections }) => connections.map(({ id }) => leaseOf(id)),
  step: async (leaseName, { deps, logger }) => {
    const connection = deps.connections.find(({ id }) => leaseOf(id) === leaseName)
    if (!connection) return 'done'
    const closed = await closeSettledGroups(deps, connection, await listDecidedGroups(deps.db, connection.id))
    if (closed > 0) logger.info({ closed }, 'failure groups closed')
    return everyMs
  },
}
