import {
  createLoader,
  parseAsArrayOf,
  parseAsBoolean,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
} from 'nuqs/server'
import { topicFilters, topicSorts } from '#server/contracts/choices.ts'

/** Topics on one page of the list. */
export const pageRows = 100

/** What the address of the list of topics holds. */
export const topicListSearch = {
  q: parseAsString.withDefault(''),
  internal: parseAsBoolean.withDefault(false),
  only: parseAsArrayOf(parseAsStringLiteral(topicFilters)).withDefault([]),
  sort: parseAsStringLiteral(topicSorts).withDefault('name'),
  desc: parseAsBoolean.withDefault(false),
  offset: parseAsInteger.withDefault(0),
}

export const loadTopicList = createLoader(topicListSearch)

/** What the list asks the API: one object for the view and for the page that is made with its answer. */
export const topicListAsk = (connection: string, view: Awaited<ReturnType<typeof loadTopicList>>) => ({
  params: { connection },
  query: {
    q: view.q,
    only: view.only.join(','),
    sort: view.sort,
    // An address may hold any number.
    offset: Math.max(0, view.offset),
    limit: pageRows,
    internal: String(view.internal),
    desc: String(view.desc),
  },
})
