import type { z } from 'zod'
import type { AuditEntry, AuditFilter, AuditList, auditListQuery } from '#server/contracts/audit.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import {
  type AuditChoice,
  findAuditEntry,
  listAuditActions,
  listAudit as readAudit,
} from '#server/repositories/audit.ts'
import type { Deps } from './deps.ts'
import { type Fault, invalid, notFound } from './fault.ts'
import { presentAudit } from './present-audit.ts'

/** A filter with its times in milliseconds since the epoch. */
export const choiceOf = (
  { clock }: Pick<Deps, 'clock'>,
  { who, action, target, from, to, minutes }: AuditFilter,
): AuditChoice => ({
  who,
  action,
  target,
  fromMs: from ?? (minutes === undefined ? null : clock.nowMs() - minutes * 60_000),
  toMs: to ?? null,
})

/** Who did what, newest first. The cursor is the id below which the next page begins. */
export const listAudit = async (
  deps: Pick<Deps, 'db' | 'clock'>,
  query: z.output<typeof auditListQuery>,
  _call: Call,
): Promise<Result<AuditList, Fault>> => {
  if (query.cursor !== undefined && !/^\d{1,18}$/.test(query.cursor))
    return invalid(`cursor: ${query.cursor} is not one that this list has given out.`)
  const before = query.cursor === undefined ? null : BigInt(query.cursor)
  const [entries, actions] = await Promise.all([
    readAudit(deps.db, choiceOf(deps, query), query.limit + 1, before),
    listAuditActions(deps.db),
  ])
  const page = entries.slice(0, query.limit)
  return succeed({
    entries: page.map(presentAudit),
    nextCursor: entries.length > query.limit ? (page.at(-1)?.id ?? null) : null,
    actions: [...actions],
  })
}

/** One entry of the audit. */
export const showAuditEntry = async (
  deps: Pick<Deps, 'db'>,
  id: string,
  _call: Call,
): Promise<Result<AuditEntry, Fault>> => {
  const entry = await findAuditEntry(deps.db, BigInt(id))
  return entry ? succeed(presentAudit(entry)) : notFound(`The audit has no entry ${id}.`)
}
