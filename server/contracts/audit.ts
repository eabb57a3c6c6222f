import { z } from 'zod'
import { epochMs } from './scalars.ts'

export const auditEntry = z.object({
  id: z.string(),
  atMs: epochMs,
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  connection: z.string().nullable(),
  /** `unknown`: it was asked for, and the answer was lost. */
  result: z.enum(['allowed', 'refused', 'failed', 'unknown']),
  detail: z.string(),
})
export type AuditEntry = z.infer<typeof auditEntry>
export const auditListQuery = z.object({
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export const auditList = z.object({ entries: z.array(auditEntry), nextCursor: z.string().nullable() })
export type AuditList = z.infer<typeof auditList>
