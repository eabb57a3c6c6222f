import {
  createLoader,
  parseAsBoolean,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
} from 'nuqs/server'
import {
  inboxDeadlines,
  inboxFilters,
  inboxSorts,
  listedFailureGroups,
  mostGroupsOfPlan,
} from '#server/contracts/choices.ts'

/** What the address of the inbox holds. */
export const inboxSearch = {
  q: parseAsString.withDefault(''),
  state: parseAsStringLiteral(inboxFilters).withDefault('open'),
  sort: parseAsStringLiteral(inboxSorts).withDefault('growing'),
  desc: parseAsBoolean.withDefault(true),
  within: parseAsStringLiteral(inboxDeadlines),
  show: parseAsInteger.withDefault(listedFailureGroups),
}

export const loadInbox = createLoader(inboxSearch)

/** What the inbox asks the API. */
export const inboxAsk = (
  connection: string,
  { q, state, sort, desc, within, show }: Awaited<ReturnType<typeof loadInbox>>,
) => ({
  params: { connection },
  query: {
    q,
    state,
    sort,
    desc: String(desc),
    ...(within === null ? {} : { within }),
    limit: String(Math.min(Math.max(1, show), mostGroupsOfPlan)),
  },
})
