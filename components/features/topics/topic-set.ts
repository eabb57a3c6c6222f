/** Topics as an address holds them: names separated by commas, `*` or nothing for all. Null: all. */
export const readTopicSet = (text: string): readonly string[] | null =>
  text === '' || text === '*' ? null : [...new Set(text.split(',').filter((name) => name !== ''))]

/** Topics for the API and for an address. */
export const writeTopicSet = (topics: readonly string[] | null): string =>
  topics === null || topics.length === 0 ? '*' : topics.join(',')

/** A set of topics in words, for sentences: “all topics”, “orders”, “3 topics”. */
export const topicSetWords = (topics: readonly string[] | null): string =>
  topics === null ? 'all topics' : topics.length === 1 ? (topics[0] ?? '') : `${topics.length} topics`
