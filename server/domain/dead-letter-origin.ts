/** What the name of a dead-letter topic tells of where its letters come from. Less certain than headers. */
export type NamedOrigin = { readonly originTopic: string | null; readonly group: string | null }

/**
 * Reads origin and consumer group from a dead-letter topic's name: Spring Kafka `<topic>-dlt` and `<topic>.DLT`, Spring
 * Cloud Stream `error.<destination>.<group>`, SmallRye `dead-letter-topic-<channel>` (a channel is often named like its
 * topic), and `<topic>-dlq`, `dlq.<topic>`, `<topic>.dead-letters` by habit. Null where the name tells nothing.
 */
export const originByTopicName = (topic: string): NamedOrigin => {
  const stream = /^error\.([^.]+)\.(.+)$/.exec(topic)
  if (stream?.[1] !== undefined && stream[2] !== undefined)
    return { originTopic: stream[1], group: stream[2] }
  const named =
    /^(.+?)(?:-retry(?:-\d+)?)?(?:-dlt|\.DLT)$/i.exec(topic) ??
    /^dead-letter-topic-(.+)$/.exec(topic) ??
    /^(.+)[-._](?:dlq|dead-?letters?)$/i.exec(topic) ??
    /^dlq[-._](.+)$/i.exec(topic)
  // `connect-dlq` is named after the framework: Connect has one queue for all topics of a connector.
  const originTopic = named?.[1] ?? null
  return { originTopic: originTopic === 'connect' ? null : originTopic, group: null }
}
