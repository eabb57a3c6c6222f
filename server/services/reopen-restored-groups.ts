import { mayCloseGroup } from '#server/domain/close-group.ts'
import { receiveRestored, sayRegression } from '#server/domain/failure-group-state.ts'
import type { NewAuditEntry } from '#server/repositories/audit.ts'
import {
  lockFailureGroup,
  writeGroupEvent,
  writeStanding,
} from '#server/repositories/failure-group-standings.ts'
import type { Transaction } from '#server/repositories/run-in-transaction.ts'
import { listGroupsOfLetters, weighGroup } from '#server/repositories/weigh-group.ts'
import { closingActor } from './close-settled-groups.ts'
import type { Actor } from './deps.ts'

/**
 * Opens those failure groups again that had closed themselves on evidence which no longer holds, since letters of it were
 * restored: their own, and those in which a letter had died before its copy came back. What a person has closed stays
 * closed. Answers entries for the audit, which are to be written last.
 */
export const reopenRestoredGroups = async (
  transaction: Transaction,
  connectionId: string,
  actor: Actor,
  letterIds: readonly bigint[],
): Promise<readonly NewAuditEntry[]> => {
  const told: NewAuditEntry[] = []
  for (const id of await listGroupsOfLetters(transaction, letterIds)) {
    const group = await lockFailureGroup(transaction, connectionId, id)
    if (group?.standing.state !== 'resolved' || group.standing.by !== closingActor) continue
    const weighed = await weighGroup(transaction, id)
    if (weighed && mayCloseGroup(weighed)) continue
    const next = receiveRestored(group.standing, group.nowMs)
    if (next.regression === null) continue
    const text = sayRegression(next.regression)
    await writeStanding(transaction, id, next)
    await writeGroupEvent(transaction, id, { actor: actor.name, kind: 'regression', text })
    told.push({
      actor: actor.name,
      action: 'reopen failure group',
      target: id,
      connectionId,
      result: 'allowed',
      detail: text,
      about: [{ kind: 'failure-group', id }],
    })
  }
  return told
}
