const allowed = /^[a-zA-Z0-9._-]+$/
const longest = 249

/** Names by which metrics know topics: a dot and an underscore are the same there (org.apache.kafka.common.internals.Topic). */
const metricName = (name: string): string => name.replaceAll('.', '_')

/** Why Kafka does not allow a topic name, or null. */
export const checkTopicName = (name: string): string | null => {
  if (name === '') return 'A topic needs a name.'
  if (name === '.' || name === '..') return `“${name}” is not a name.`
  if (name.length > longest) return `A name has at most ${longest} characters, this one ${name.length}.`
  const wrong = [...name].find((character) => !allowed.test(character))
  if (wrong === undefined) return null
  return `${wrong === ' ' ? 'A space' : `“${wrong}”`} is not allowed: letters, digits, dot, underscore and hyphen are.`
}

/** The topic that Kafka takes for the same as this name, because they differ only in dots and underscores; or null. */
export const collidingTopic = (name: string, topics: readonly string[]): string | null =>
  topics.find((one) => one !== name && metricName(one) === metricName(name)) ?? null
