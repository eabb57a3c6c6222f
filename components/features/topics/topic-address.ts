import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server'

/** The parts of a topic's page. */
export const topicTabs = ['messages', 'partitions', 'groups', 'config'] as const

/** What the address of a topic holds. */
export const topicSearch = {
  tab: parseAsStringLiteral(topicTabs).withDefault('messages'),
  search: parseAsString.withDefault(''),
}

export const loadTopic = createLoader(topicSearch)

/** What the list of messages asks the API: the newest of the topic, or those that fit a search. */
export const messagesAsk = (connection: string, topic: string, search: string) => ({
  params: { connection, topic },
  query: { limit: 50, ...(search === '' ? {} : { search }) },
})
