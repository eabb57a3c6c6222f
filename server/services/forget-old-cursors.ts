import { deleteOldCursors } from '#server/repositories/search-cursors.ts'
import type { Deps } from './deps.ts'

/** Forgets where searches would go on whose time is over. Answers how many. */
export const forgetOldCursors = (deps: Pick<Deps, 'db'>): Promise<number> => deleteOldCursors(deps.db)
