import type { z } from 'zod'
import type { ConnectionSummary, connectionList } from '#server/contracts/connections.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'

/** What is configured of a connection, without asking it anything. */
export const summaryOf = (connection: Connection): ConnectionSummary => ({
  id: connection.id,
  name: connection.name,
  kind: connection.broker.kind,
  environment: connection.environment,
  readOnly: connection.readOnly,
  registryConfigured: connection.registry !== null,
  editing: connection.editing,
})

/** All configured connections, in the order of the configuration. */
export const listConnections = async (deps: Deps): Promise<Result<z.infer<typeof connectionList>, Fault>> =>
  succeed({ connections: deps.connections.map(summaryOf) })
