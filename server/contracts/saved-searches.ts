import { z } from 'zod'
import { mostSearchCharacters } from './message-search.ts'
import { searchOrder } from './message-stream.ts'
import { connectionParams, epochMs } from './scalars.ts'

/** A name that people give: no control characters, no spaces around it. */
export const savedSearchName = z
  .string()
  .trim()
  .min(1, 'a name is needed')
  .max(80, 'a name has at most 80 characters')
  .regex(/^\P{Cc}*$/u, 'a name has no line breaks or other control characters')

/** What is kept of a search: all that its address says. */
export const newSavedSearch = z.object({
  name: savedSearchName,
  /** As in addresses: names separated by commas, or `*`. */
  topics: z.string().min(1).max(20_000),
  search: z.string().max(mostSearchCharacters),
  order: searchOrder.default('newest'),
  isolation: z.enum(['committed', 'uncommitted']).default('committed'),
})
export type NewSavedSearch = z.output<typeof newSavedSearch>

export const savedSearch = newSavedSearch.extend({
  id: z.string(),
  savedBy: z.string(),
  savedAt: epochMs,
})
export type SavedSearch = z.infer<typeof savedSearch>

/** How many saved searches are listed. */
export const mostSavedSearches = 500
export const savedSearchList = z.object({
  searches: z.array(savedSearch),
  /** There are more than are listed. */
  isCut: z.boolean(),
})
export const savedSearchParams = connectionParams.extend({ id: z.string().regex(/^\d{1,18}$/) })
export const renameSavedSearch = z.object({ name: savedSearchName })
