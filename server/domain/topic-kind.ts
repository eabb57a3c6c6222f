import type { TopicRow } from '#server/contracts/topics.ts'

/**
 * Names by which frameworks call their dead-letter topics: Spring Kafka `<t>-dlt` and `<t>.DLT`, Kafka Connect as
 * configured (`…dlq…` by habit), SmallRye `dead-letter-topic-<channel>`, Spring Cloud Stream `error.<dest>.<group>`,
 * share groups `dlq.…`, MassTransit `<queue>_error`, RocketMQ `%DLQ%<group>`, Wolverine `wolverine-dead-letter-queue`.
 */
const deadLetterNames = [
  /-dlt$/i,
  /\.DLT$/,
  /(^|[-._])dlq([-._]|$)/i,
  /^dead-letter-topic-/,
  /^error\.[^.]+\..+/,
  /[-._]dead-?letters?(-queue)?$/i,
  /._error$/,
  /^%DLQ%/,
]
/** Spring `@RetryableTopic`: `<t>-retry`, `<t>-retry-0`, `<t>-retry-1000`; SmallRye `<t>_retry_1000`. */
const retryNames = [/-retry(-\d+)?$/, /_retry_\d+$/]

/** Whether a topic holds dead letters, by its name or by the connection's own patterns. */
export const isDeadLetterTopic = (name: string, extra: readonly RegExp[] = []): boolean =>
  deadLetterNames.some((pattern) => pattern.test(name)) || extra.some((pattern) => pattern.test(name))

/** What kind of topic a name tells. */
export const topicKindOf = (
  name: string,
  internal: boolean,
  extra: readonly RegExp[] = [],
): TopicRow['kind'] => {
  if (internal || name.startsWith('__')) return 'internal'
  if (isDeadLetterTopic(name, extra)) return 'dead-letter'
  return retryNames.some((pattern) => pattern.test(name)) ? 'retry' : 'ordinary'
}
