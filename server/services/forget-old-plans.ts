import { planKeptMs, waitingEditKeptMs } from '#server/domain/plan-keeping.ts'
import { deleteOldPlans } from '#server/repositories/replays.ts'
import { deleteOldChangePlans } from '#server/repositories/topic-changes.ts'
import { deleteOldWaiting } from '#server/repositories/waiting-records.ts'
import type { Deps } from './deps.ts'

/**
 * Forgets plans, of replays and of topics, that nobody carried out within a day; the audit keeps who did what. An edit
 * that waits for a second person is kept for 30 days, and for a day after that person has decided. Answers how many.
 */
export const forgetOldPlans = async (deps: Deps): Promise<number> => {
  const approving = deps.connections.filter(({ editing }) => editing === 'approved').map(({ id }) => id)
  return (
    (await deleteOldPlans(deps.db, planKeptMs, { connectionIds: approving, keptMs: waitingEditKeptMs })) +
    (await deleteOldChangePlans(deps.db, planKeptMs)) +
    (await deleteOldWaiting(deps.db, planKeptMs))
  )
}
