import { mayCloseGroup, sayClosure } from '#server/domain/close-group.ts'
import { setGroupState } from '#server/domain/failure-group-state.ts'
import { recordAudit } from '#server/repositories/audit.ts'
import {
  lockFailureGroup,
  writeGroupEvent,
  writeStanding,
} from '#server/repositories/failure-group-standings.ts'
import { readFreshness } from '#server/repositories/freshness.ts'
import { notifyChanged } from '#server/repositories/notify.ts'
import { runInTransaction } from '#server/repositories/run-in-transaction.ts'
import { weighGroup } from '#server/repositories/weigh-group.ts'
import type { Connection, Deps } from './deps.ts'
import { indexSource } from './index-dead-letters.ts'

/** Who closes groups by evidence, as their standing and history name him. */
export const closingActor = 'worker'

/**
 * Closes those of the failure groups of which every letter is settled, discarded or archived, with the evidence in their
 * history and the audit. Only while the index of dead letters is current: who has not read all can not say that none
 * came. Answers how many were closed.
 */
export const closeSettledGroups = async (
  deps: Deps,
  connection: Connection,
  ids: readonly string[],
): Promise<number> => {
  if (ids.length === 0) return 0
  const index = (await readFreshness(deps.db, connection.id)).find(
    ({ source, connectionId }) => source === indexSource && connectionId === connection.id,
  )
  if (!index || index.failing || index.behind !== 0n || index.lastGoodAtMs === null) return 0
  // What is indexed after this moment opens the group again, also a letter that came while it was being closed.
  const readUntilMs = index.lastGoodAtMs
  let closed = 0
  for (const id of ids) if (await closeGroup(deps, connection.id, id, readUntilMs)) closed++
  if (closed > 0) await notifyChanged(deps.db, 'failure-groups', connection.id)
  return closed
}

const closeGroup = (deps: Deps, connectionId: string, id: string, readUntilMs: number): Promise<boolean> =>
  runInTransaction(deps.db, async (transaction) => {
    const group = await lockFailureGroup(transaction, connectionId, id)
    const isOpen = group !== null && !['resolved', 'archived', 'muted'].includes(group.standing.state)
    const weighed = isOpen ? await weighGroup(transaction, id) : null
    if (!group || !weighed || !mayCloseGroup(weighed)) return false
    const next = setGroupState(group.standing, { state: 'resolved' }, closingActor, {
      nowMs: readUntilMs,
      letters: group.letters,
    })
    if (!next.ok) return false
    const text = sayClosure(weighed)
    await writeStanding(transaction, id, next.value)
    await writeGroupEvent(transaction, id, { actor: closingActor, kind: 'state', text })
    await recordAudit(transaction, {
      actor: closingActor,
      action: 'close failure group',
      target: id,
      connectionId,
      result: 'allowed',
      detail: text,
      about: [{ kind: 'failure-group', id }],
    })
    return true
  })
