import type { AuditEntry } from '#server/contracts/audit.ts'
import type { Database } from './database.ts'
import type { Transaction } from './run-in-transaction.ts'

export type NewAuditEntry = {
  readonly actor: string
  readonly action: string
  readonly target: string
  readonly connectionId: string | null
  readonly result: AuditEntry['result']
  readonly detail: string
}

/** Records who did what, in the transaction of the change itself. Entries are never changed. */
export const recordAudit = async (transaction: Transaction, entry: NewAuditEntry): Promise<void> => {
  const { actor, action, target, connectionId, result, detail } = entry
  await transaction.query(
    `INSERT INTO audit_entry (actor, action, target, connection_id, result, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
    [actor, action, target, connectionId, result, detail],
  )
}

/** Newest first, from below `beforeId` on. Answers one more than `limit` where there is more. */
export const listAudit = async (
  db: Database,
  limit: number,
  beforeId: bigint | null,
): Promise<AuditEntry[]> => {
  const rows = await db.prisma.auditEntry.findMany({
    where: beforeId === null ? {} : { id: { lt: beforeId } },
    orderBy: { id: 'desc' },
    take: limit,
  })
  return rows.map((row) => ({
    id: row.id.toString(),
    atMs: row.at.getTime(),
    actor: row.actor,
    action: row.action,
    target: row.target,
    connection: row.connectionId,
    result: row.result as AuditEntry['result'],
    detail: row.detail,
  }))
}
