import { z } from 'zod'
import { epochMs } from './scalars.ts'

export const dependencyHealth = z.object({
  name: z.string(),
  state: z.enum(['up', 'down', 'not-configured']),
  detail: z.string(),
  latencyMs: z.number().nullable(),
})
export const health = z.object({
  state: z.enum(['up', 'degraded', 'down']),
  version: z.string(),
  dependencies: z.array(dependencyHealth),
  checkedAt: epochMs,
})
export type Health = z.infer<typeof health>
