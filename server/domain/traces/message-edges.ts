import type { TopicName } from '#server/contracts/scalars.ts'
import type { MessageEdge, SpanView } from '#server/contracts/traces.ts'

/** For hops of which neither side names its topic. */
const unnamedTopic = 'unknown' as TopicName

/**
 * Finds the hops from producing to consuming spans. Instrumentations show one hop in three ways, and one system may use
 * all of them: the consumer is a child of the producer, the consumer links to it (batches: one consumer, many
 * producers), or both name the same topic, partition and offset. A pair is found once, by the first of these that holds;
 * positions count only for a consumer that neither parent nor link ties to a producer. The order of `spans` does not
 * matter; edges come by the consumer's start.
 */
export const findMessageEdges = (spans: readonly SpanView[]): MessageEdge[] => {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const producersAt = indexProducersByPosition(spans)
  const edges: { edge: MessageEdge; startNs: bigint }[] = []
  const seen = new Set<string>()
  const add = (producer: SpanView, consumer: SpanView, by: MessageEdge['by']): void => {
    const pair = `${producer.spanId}>${consumer.spanId}`
    if (producer === consumer || seen.has(pair)) return
    seen.add(pair)
    edges.push({ edge: makeEdge(producer, consumer, by), startNs: BigInt(consumer.startNs) })
  }
  for (const consumer of spans) {
    if (consumer.kind !== 'consumer') continue
    const parent = consumer.parentSpanId === null ? undefined : byId.get(consumer.parentSpanId)
    const linked = consumer.links
      .map((link) => byId.get(link.spanId))
      .filter((span) => span && isSending(span))
    if (parent?.kind === 'producer') add(parent, consumer, 'parent')
    for (const producer of linked) if (producer) add(producer, consumer, 'link')
    if (parent?.kind === 'producer' || linked.length > 0) continue
    const key = positionKey(consumer)
    const producer = key === null ? undefined : producersAt.get(key)
    if (producer) add(producer, consumer, 'position')
  }
  return edges
    .sort((a, b) => compare(a.startNs, b.startNs) || compare(pairOf(a.edge), pairOf(b.edge)))
    .map(({ edge }) => edge)
}

const compare = <T extends bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)
const pairOf = (edge: MessageEdge): string => `${edge.consumer}${edge.producer}`

/** By the conventions a send is a CLIENT span where a create span before it carries the message's context. */
const isSending = (span: SpanView): boolean =>
  span.kind === 'producer' || (span.kind === 'client' && span.message !== null && span.message.group === null)

const positionKey = ({ message }: SpanView): string | null =>
  message?.partition == null || message.offset === null
    ? null
    : `${message.partition}@${message.offset}@${message.topic}`

const indexProducersByPosition = (spans: readonly SpanView[]): Map<string, SpanView> => {
  const producers = new Map<string, SpanView>()
  for (const span of spans) {
    const key = span.kind === 'producer' ? positionKey(span) : null
    if (key === null) continue
    const known = producers.get(key)
    // Two claim one position: the earlier sent it, whatever order they came in.
    if (!known || compare(orderKey(span), orderKey(known)) < 0) producers.set(key, span)
  }
  return producers
}

const orderKey = (span: SpanView): string => span.startNs.padStart(20, '0') + span.spanId

export const endNsOf = (span: Pick<SpanView, 'startNs' | 'durationNs'>): bigint =>
  BigInt(span.startNs) + BigInt(span.durationNs)

const makeEdge = (producer: SpanView, consumer: SpanView, by: MessageEdge['by']): MessageEdge => {
  const waitedNs = BigInt(consumer.startNs) - endNsOf(producer)
  return {
    producer: producer.spanId,
    consumer: consumer.spanId,
    topic: consumer.message?.topic ?? producer.message?.topic ?? unnamedTopic,
    partition: consumer.message?.partition ?? producer.message?.partition ?? null,
    offset: consumer.message?.offset ?? producer.message?.offset ?? null,
    // A sending span ends when the broker has confirmed, at which time the consumer may have begun; and two machines'
    // clocks differ. A wait below nothing is none.
    waitedNs: (waitedNs > 0n ? waitedNs : 0n).toString(),
    by,
  }
}

/** Time during which at least one message waited, in nanoseconds: waits that overlap count once. */
export const totalWaitedNs = (spans: readonly SpanView[], edges: readonly MessageEdge[]): bigint => {
  const startOf = new Map(spans.map((span) => [span.spanId, BigInt(span.startNs)]))
  const waits = edges
    .map((edge) => {
      const to = startOf.get(edge.consumer) ?? 0n
      return { from: to - BigInt(edge.waitedNs), to }
    })
    .sort((a, b) => compare(a.from, b.from))
  let total = 0n
  let coveredTo: bigint | null = null
  for (const { from, to } of waits) {
    const uncovered: bigint = coveredTo !== null && coveredTo > from ? coveredTo : from
    if (to > uncovered) total += to - uncovered
    if (coveredTo === null || to > coveredTo) coveredTo = to
  }
  return total
}
