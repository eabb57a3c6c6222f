/** What brokers answer that give their topics no ids. */
const noId = '00000000-0000-0000-0000-000000000000'

/** Whether a broker gave the topic an id. */
export const isTopicId = (topicId: string | null): topicId is string => topicId !== null && topicId !== noId

/**
 * Whether a topic was deleted and made anew under its name, by the id it had and the one it has. An id that is not known
 * proves nothing: an index written before ids were kept, or a broker that gives none.
 */
export const isMadeAnew = (before: string | null, now: string | null): boolean =>
  isTopicId(before) && isTopicId(now) && before !== now

/** A topic's id as the broker writes it into headers (Kafka's Uuid.toString()): 16 bytes as base64url. */
const textOfId = (id: string): string => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')

/** Whether a name may be a topic's id as the broker writes it into headers. */
export const mayBeTopicId = (name: string): boolean => /^[\w-]{22}$/.test(name)

/** The topic of an id that was found in a header; null where no topic has it. */
export type TopicNameOf = (id: string) => string | null

/** Tells topics by the ids that headers name; a topic that is named like an id is that topic. Made ready when asked. */
export const nameTopicsById = (
  topics: readonly { readonly name: string; readonly topicId: string | null }[],
): TopicNameOf => {
  let names: ReadonlyMap<string, string> | null = null
  return (id) => {
    names ??= new Map([
      ...topics.flatMap(({ name, topicId }) =>
        isTopicId(topicId) ? [[textOfId(topicId), name] as const] : [],
      ),
      ...topics.map(({ name }) => [name, name] as const),
    ])
    return names.get(id) ?? null
  }
}
