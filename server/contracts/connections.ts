import { z } from 'zod'
import { capabilitySet } from './capabilities.ts'
import { editingModes } from './choices.ts'
import { connectionId } from './scalars.ts'

export const environment = z.object({
  name: z.string(),
  /** A name from the palette of environment colours; the screen maps it to a token. */
  colour: z.enum(['grey', 'green', 'blue', 'amber', 'red', 'violet']),
  production: z.boolean(),
})
export type Environment = z.infer<typeof environment>

export const connectionSummary = z.object({
  id: connectionId,
  name: z.string(),
  kind: z.enum(['kafka']),
  environment,
  readOnly: z.boolean(),
  registryConfigured: z.boolean(),
  /** Whether its dead letters may be edited and replayed; `approved`: after another person has agreed. */
  editing: z.enum(editingModes),
})
export type ConnectionSummary = z.infer<typeof connectionSummary>
export const connectionList = z.object({ connections: z.array(connectionSummary) })

export const connectionDetail = connectionSummary.extend({
  /** Null while the broker has not answered. */
  broker: z
    .object({ clusterId: z.string(), version: z.string().nullable(), brokers: z.number().int() })
    .nullable(),
  capabilities: capabilitySet,
})
export type ConnectionDetail = z.infer<typeof connectionDetail>
