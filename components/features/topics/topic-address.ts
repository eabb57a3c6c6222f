import {
  createLoader,
  parseAsBoolean,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
} from 'nuqs/server'

/** The parts of a topic's page. */
export const topicTabs = ['messages', 'partitions', 'groups', 'config', 'schema'] as const

/** The tab to which a key leads from another: arrows round the row, Home and End; undefined for other keys (WAI-ARIA, "Tabs"). */
export const tabOfKey = (key: string, from: (typeof topicTabs)[number]) => {
  const at = topicTabs.indexOf(from)
  const steps: Readonly<Record<string, number>> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }
  const to = steps[key]
  return to === undefined ? undefined : topicTabs.at(to % topicTabs.length)
}

/** What the address of a topic holds. */
export const topicSearch = {
  tab: parseAsStringLiteral(topicTabs).withDefault('messages'),
  search: parseAsString.withDefault(''),
  /** Messages around a place: `3@88213`, or a time. Links of other tools name partition and offset apart. */
  at: parseAsString.withDefault(''),
  partition: parseAsInteger,
  offset: parseAsString.withDefault(''),
}

/** The place that an address names; empty when it names none. */
export const placeOf = ({
  at,
  partition,
  offset,
}: {
  readonly at: string
  readonly partition: number | null
  readonly offset: string
}): string => (at !== '' || partition === null || offset === '' ? at : `${partition}@${offset}`)

/** How messages are searched: beside the words, also in the address. The budget is in megabytes. */
export const searchWays = {
  order: parseAsStringLiteral(['newest', 'oldest'] as const).withDefault('newest'),
  isolation: parseAsStringLiteral(['committed', 'uncommitted'] as const).withDefault('committed'),
  budget: parseAsInteger,
  /** Messages are followed as they arrive. */
  tail: parseAsBoolean.withDefault(false),
}

export const loadTopic = createLoader({ ...topicSearch, ...searchWays })

/** What the list of messages asks the API: the newest of the topic. */
export const messagesAsk = (connection: string, topic: string) => ({
  params: { connection, topic },
  query: { limit: 50 },
})
