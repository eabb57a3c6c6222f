/** A group that reads a topic. */
type ReaderOf = { readonly group: string; readonly topic: string }

/**
 * What frameworks add to the name of a group for those that read its retry topics: Spring `payments-retry-0` and
 * `payments-retry-1000-0`, SmallRye `kafka-delayed-retry-topic-payments`. Read by PostgreSQL, too.
 */
export const retryGroupNaming = '^kafka-delayed-retry-topic-|-retry(-[0-9]+)*$'
const naming = new RegExp(retryGroupNaming, 'g')

/** The group that a reader of retry topics belongs to; of any other group itself. */
export const withoutRetry = (group: string): string => group.replace(naming, '')

/**
 * Whose progress on a target proves what becomes of a letter's copy: the group that gave it up where that reads the
 * target, or the one of its containers that does. On the topic where the message died it is that group in any case: it
 * has read there. Null where nobody knows: then every group that reads the target counts.
 */
export const chooseReaderGroup = (
  letter: { readonly group: string | null; readonly originTopic: string | null },
  target: string,
  readers: readonly ReaderOf[],
): string | null => {
  const { group } = letter
  if (group === null) return null
  const there = readers.flatMap((one) => (one.topic === target ? one.group : []))
  if (there.includes(group)) return group
  const own = there.filter((one) => withoutRetry(one) === withoutRetry(group))
  const [only, ...others] = own
  if (only !== undefined && others.length === 0) return only
  return letter.originTopic === target && own.length === 0 ? group : null
}
