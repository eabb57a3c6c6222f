import { deleteOldPlans } from '#server/repositories/replays.ts'
import { deleteOldChangePlans } from '#server/repositories/topic-changes.ts'
import type { Deps } from './deps.ts'

const keptMs = 86_400_000

/** Forgets plans, of replays and of topics, that nobody carried out within a day; the audit keeps who did what. Answers how many. */
export const forgetOldPlans = async (deps: Deps): Promise<number> =>
  (await deleteOldPlans(deps.db, keptMs)) + (await deleteOldChangePlans(deps.db, keptMs))
