import { createLoader, parseAsString } from 'nuqs/server'

/** What the address of the list of consumer groups holds. */
export const groupListSearch = { q: parseAsString.withDefault('') }

export const loadGroupList = createLoader(groupListSearch)

/** What the list asks the API. */
export const groupListAsk = (connection: string, { q }: Awaited<ReturnType<typeof loadGroupList>>) => ({
  params: { connection },
  query: { q },
})
