import type { z } from 'zod'
import type { AuditList, auditListQuery } from '#server/contracts/audit.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { listAudit as readAudit } from '#server/repositories/audit.ts'
import type { Deps } from './deps.ts'
import { type Fault, invalid } from './fault.ts'

/** Who did what, newest first. The cursor is the id below which the next page begins. */
export const listAudit = async (
  deps: Deps,
  query: z.output<typeof auditListQuery>,
  _call: Call,
): Promise<Result<AuditList, Fault>> => {
  if (query.cursor !== undefined && !/^\d{1,19}$/.test(query.cursor))
    return invalid(`cursor: ${query.cursor} is not one that this list has given out.`)
  const entries = await readAudit(
    deps.db,
    query.limit + 1,
    query.cursor === undefined ? null : BigInt(query.cursor),
  )
  const page = entries.slice(0, query.limit)
  return succeed({
    entries: page,
    nextCursor: entries.length > query.limit ? (page.at(-1)?.id ?? null) : null,
  })
}
