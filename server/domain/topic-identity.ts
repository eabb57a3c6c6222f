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
