import type { TopicName } from '#server/contracts/scalars.ts'
import type { MessageEdge, SpanView } from '#server/contracts/traces.ts'
import { copyKey, type SentCopy, waitOf } from './hop-waits.ts'

/** What of a span tells its hops. */
export type MessageSpan = Pick<
  SpanView,
  'traceId' | 'spanId' | 'parentSpanId' | 'kind' | 'startNs' | 'durationNs' | 'links' | 'message'
>

/** A span's identity where traces are joined: its own id is unique within its trace alone. */
export const spanKey = ({ traceId, spanId }: Pick<SpanView, 'traceId' | 'spanId'>): string =>
  `${traceId} ${spanId}`

/** For hops of which neither side names its topic. */
const unnamedTopic = 'unknown' as TopicName

/**
 * Finds the hops from producing to consuming spans. Instrumentations show one hop in three ways, and one system may use
 * all of them: the consumer is a child of the producer, the consumer links to it (batches: one consumer, many
 * producers), or both name the same topic, partition and offset. A pair is found once, by the first of these that holds;
 * positions count only for a consumer that neither parent nor link ties to a producer. `copies` are those that replays
 * sent, for the waits of these. The order of `spans` does not
 * matter; edges come by the consumer's start.
 */
export const findMessageEdges = (
  spans: readonly MessageSpan[],
  copies: readonly SentCopy[] = [],
): MessageEdge[] => {
  const byKey = new Map(spans.map((span) => [spanKey(span), span]))
  const producersAt = indexProducersByPosition(spans)
  const edges: { edge: MessageEdge; producer: MessageSpan; consumer: MessageSpan; startNs: bigint }[] = []
  const seen = new Set<string>()
  const add = (
    producer: MessageSpan,
    consumer: MessageSpan,
    by: MessageEdge['by'],
    isBatch = false,
  ): void => {
    const pair = `${spanKey(producer)}>${spanKey(consumer)}`
    if (producer === consumer || seen.has(pair)) return
    seen.add(pair)
    const startNs = BigInt(consumer.startNs)
    edges.push({ edge: makeEdge(producer, consumer, by, isBatch), producer, consumer, startNs })
  }
  for (const consumer of spans) {
    if (consumer.kind !== 'consumer') continue
    const { traceId, parentSpanId } = consumer
    const parent = parentSpanId === null ? undefined : byKey.get(spanKey({ traceId, spanId: parentSpanId }))
    const linked = consumer.links
      .map((link) => byKey.get(spanKey(link)))
      .filter((span) => span && isSending(span))
    if (parent?.kind === 'producer') add(parent, consumer, 'parent')
    for (const producer of linked) if (producer) add(producer, consumer, 'link', linked.length > 1)
    if (parent?.kind === 'producer' || linked.length > 0) continue
    const key = positionKey(consumer)
    const producer = key === null ? undefined : producersAt.get(key)
    if (producer) add(producer, consumer, 'position')
  }
  const siblings = Map.groupBy(edges, ({ producer }) => producer)
  const sentAt = new Map(copies.map((copy) => [copyKey(copy), copy.sentAtNs]))
  return edges
    .sort((a, b) => compare(a.startNs, b.startNs) || compare(pairOf(a.edge), pairOf(b.edge)))
    .map(({ edge, producer, consumer }) => {
      const handled = (siblings.get(producer) ?? []).map((one) => one.consumer)
      return { ...edge, ...waitOf(producer, consumer, handled, sentAt) }
    })
}

const compare = <T extends bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)
const pairOf = (edge: MessageEdge): string =>
  `${edge.consumer}${edge.producer}${edge.consumerTraceId}${edge.producerTraceId}`

/** By the conventions a send is a CLIENT span where a create span before it carries the message's context. */
const isSending = (span: MessageSpan): boolean =>
  span.kind === 'producer' || (span.kind === 'client' && span.message !== null && span.message.group === null)

const positionKey = ({ message }: MessageSpan): string | null =>
  message?.partition == null || message.offset === null
    ? null
    : `${message.partition}@${message.offset}@${message.topic}`

const indexProducersByPosition = (spans: readonly MessageSpan[]): Map<string, MessageSpan> => {
  const producers = new Map<string, MessageSpan>()
  for (const span of spans) {
    const key = span.kind === 'producer' ? positionKey(span) : null
    if (key === null) continue
    const known = producers.get(key)
    // Two claim one position: the earlier sent it, whatever order they came in.
    if (!known || compare(orderKey(span), orderKey(known)) < 0) producers.set(key, span)
  }
  return producers
}

const orderKey = (span: MessageSpan): string => span.startNs.padStart(20, '0') + span.spanId

const makeEdge = (
  producer: MessageSpan,
  consumer: MessageSpan,
  by: MessageEdge['by'],
  isBatch: boolean,
): MessageEdge => {
  // A span that handles several messages names one position at most, which is not that of all of them.
  const [first, second] = isBatch ? [producer.message, null] : [consumer.message, producer.message]
  return {
    producer: producer.spanId,
    consumer: consumer.spanId,
    producerTraceId: producer.traceId,
    consumerTraceId: consumer.traceId,
    topic: first?.topic ?? second?.topic ?? consumer.message?.topic ?? unnamedTopic,
    partition: first?.partition ?? second?.partition ?? null,
    offset: first?.offset ?? second?.offset ?? null,
    waitedNs: '0',
    by,
  }
}
