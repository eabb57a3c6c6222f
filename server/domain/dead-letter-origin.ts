import type { DecodedDeadLetter } from './dead-letter.ts'
import type { OriginMapping } from './dead-letter-rules.ts'

/** What the name of a dead-letter topic tells of where its letters come from. Less certain than headers. */
export type NamedOrigin = { readonly originTopic: string | null; readonly group: string | null }

/**
 * Reads origin and consumer group from a dead-letter topic's name: Spring Kafka `<topic>-dlt` and `<topic>.DLT`, Spring
 * Cloud Stream `error.<destination>.<group>`, SmallRye `dead-letter-topic-<channel>` (a channel is often named like its
 * topic), MassTransit `<queue>_error` and `<queue>_skipped`, RocketMQ `%DLQ%<group>`, and `<topic>-dlq`, `dlq.<topic>`,
 * `<topic>.dead-letters` by habit. A retry topic's own name is read past: `<topic>-retry-1-dlt` came from `<topic>`. Of
 * Spring Cloud Stream's names only a known origin tells where a destination with dots ends. Null where the name tells
 * nothing.
 */
export const originByTopicName = (topic: string, knownOrigin: string | null = null): NamedOrigin => {
  if (knownOrigin !== null && topic.startsWith(`error.${knownOrigin}.`))
    return { originTopic: knownOrigin, group: topic.slice(`error.${knownOrigin}.`.length) || null }
  const stream = /^error\.([^.]+)\.(.+)$/.exec(topic)
  if (stream?.[1] !== undefined && stream[2] !== undefined)
    return { originTopic: stream[1], group: stream[2] }
  const rocket = /^%DLQ%(.+)$/.exec(topic)
  if (rocket?.[1] !== undefined) return { originTopic: null, group: rocket[1] }
  const named =
    /^(.+?)(?:-retry(?:-\d+)?)?(?:-dlt|\.DLT)$/i.exec(topic) ??
    /^dead-letter-topic-(.+)$/.exec(topic) ??
    /^(.+)[-._](?:dlq|dead-?letters?)$/i.exec(topic) ??
    /^dlq[-._](.+)$/i.exec(topic) ??
    /^(.+)_(?:error|skipped)$/.exec(topic)
  // `connect-dlq` is named after the framework: Connect has one queue for all topics of a connector.
  const originTopic = named?.[1] ?? null
  return { originTopic: originTopic === 'connect' ? null : originTopic, group: null }
}

/** What tells a fact of the origin. */
export type OriginSource = 'header' | 'topic-name' | 'mapping'
export type FoundFact = { readonly value: string; readonly from: OriginSource }
export type FoundOrigin = { readonly originTopic: FoundFact | null; readonly group: FoundFact | null }

const mappedOrigin = (mappings: readonly OriginMapping[], topic: string): NamedOrigin => {
  for (const { topics, originTopic, group } of mappings) {
    const [whole] = topics.exec(topic) ?? []
    if (whole === undefined) continue
    const fill = (text: string | null) => text && (whole.replace(topics, text) || null)
    return { originTopic: fill(originTopic), group: fill(group) }
  }
  return { originTopic: null, group: null }
}

/**
 * Finds where a letter comes from, each fact from the first that tells it: its headers, the name of its topic, the
 * operator's mapping in spillway.yaml. (Between the last two would stand the configuration of Connect and of share
 * groups, which Spillway does not ask.)
 */
export const findOrigin = (
  decoded: DecodedDeadLetter | null,
  topic: string,
  mappings: readonly OriginMapping[],
): FoundOrigin => {
  const { originTopic, group } = decoded?.death ?? {}
  if (originTopic && group)
    return {
      originTopic: { value: originTopic.value, from: 'header' },
      group: { value: group.value, from: 'header' },
    }
  const named = originByTopicName(topic, originTopic?.value ?? null)
  const mapped = mappings.length > 0 ? mappedOrigin(mappings, topic) : null
  // A name that tells another origin than the headers speaks of another message.
  const isNamedAfter = !originTopic || named.originTopic === null || named.originTopic === originTopic.value
  const first = (header: string | undefined, name: string | null, map: string | null): FoundFact | null =>
    header !== undefined
      ? { value: header, from: 'header' }
      : name !== null
        ? { value: name, from: 'topic-name' }
        : map !== null
          ? { value: map, from: 'mapping' }
          : null
  return {
    originTopic: first(originTopic?.value, named.originTopic, mapped?.originTopic ?? null),
    group: first(group?.value, isNamedAfter ? named.group : null, mapped?.group ?? null),
  }
}
