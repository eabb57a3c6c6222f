import { receiveDeaths, sayRegression } from '#server/domain/failure-group-state.ts'
import { type NewAuditEntry, recordAudit } from './audit.ts'
import { lockFailureGroup, writeGroupEvent, writeStanding } from './failure-group-standings.ts'
import type { Transaction } from './run-in-transaction.ts'

/** A closed group that got letters: how many it has by now, and when the latest of the new ones came. */
export type ClosedGroup = { readonly id: string; readonly arrivedAtMs: number }

const actor = 'dead-letter index'

/**
 * Opens closed failure groups again that got letters which end their rest, with an audit entry each, in the transaction
 * that wrote the letters. Groups that are to stay closed are left as they are.
 */
export const reopenGroups = async (
  transaction: Transaction,
  connectionId: string,
  closed: readonly ClosedGroup[],
): Promise<void> => {
  const told: NewAuditEntry[] = []
  for (const { id, arrivedAtMs } of closed) {
    const group = await lockFailureGroup(transaction, connectionId, id)
    if (!group) continue
    const { standing, letters, nowMs } = group
    const next = receiveDeaths(standing, { arrivedAtMs, letters, nowMs })
    if (next === standing || next.regression === null) continue
    const text = sayRegression(next.regression)
    await writeStanding(transaction, id, next)
    await writeGroupEvent(transaction, id, { actor, kind: 'regression', text })
    told.push({
      actor,
      action: 'reopen failure group',
      target: id,
      connectionId,
      result: 'allowed',
      detail: text,
    })
  }
  // Last: while an entry waits to be committed all other writers of entries wait, also those who hold one of the groups.
  for (const entry of told) await recordAudit(transaction, entry)
}
