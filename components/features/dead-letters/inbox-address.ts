import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server'
import { inboxFilters } from '#server/contracts/choices.ts'

/** What the address of the inbox holds. */
export const inboxSearch = {
  q: parseAsString.withDefault(''),
  state: parseAsStringLiteral(inboxFilters).withDefault('open'),
}

export const loadInbox = createLoader(inboxSearch)

/** What the inbox asks the API. */
export const inboxAsk = (connection: string, { q, state }: Awaited<ReturnType<typeof loadInbox>>) => ({
  params: { connection },
  query: { q, state },
})
