import { deleteOldPlans } from '#server/repositories/replays.ts'
import type { Deps } from './deps.ts'

const keptMs = 86_400_000

/** Forgets plans that nobody started within a day; the audit keeps who made them. Answers how many. */
export const forgetOldPlans = (deps: Deps): Promise<number> => deleteOldPlans(deps.db, keptMs)
