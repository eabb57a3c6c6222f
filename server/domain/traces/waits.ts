import type { MessageEdge, SpanView, TopicWait } from '#server/contracts/traces.ts'
import { topicKindOf } from '../topic-kind.ts'
import { findMessageEdges, type MessageSpan, spanKey } from './message-edges.ts'

type Started = Pick<SpanView, 'traceId' | 'spanId' | 'startNs'>
type Interval = { readonly from: bigint; readonly to: bigint }

/** Each hop's wait on the clock: it ends when the consumer begins. */
const intervalsOf = (spans: readonly Started[], edges: readonly MessageEdge[]): readonly Interval[] => {
  const startOf = new Map(spans.map((span) => [spanKey(span), BigInt(span.startNs)]))
  return edges.map(({ consumer: spanId, consumerTraceId, waitedNs }) => {
    const to = (consumerTraceId && startOf.get(spanKey({ traceId: consumerTraceId, spanId }))) || 0n
    return { from: to - BigInt(waitedNs), to }
  })
}

/** Time covered by at least one of the intervals. */
const coveredNs = (intervals: readonly Interval[]): bigint => {
  let total = 0n
  let coveredTo: bigint | null = null
  for (const { from, to } of intervals.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    const uncovered: bigint = coveredTo !== null && coveredTo > from ? coveredTo : from
    if (to > uncovered) total += to - uncovered
    if (coveredTo === null || to > coveredTo) coveredTo = to
  }
  return total
}

/** Time during which at least one message waited, in nanoseconds: waits that overlap count once. */
export const totalWaitedNs = (spans: readonly Started[], edges: readonly MessageEdge[]): bigint =>
  coveredNs(intervalsOf(spans, edges))

/**
 * How long messages waited in each topic, longest first: in its queue, or for their next try where the topic's name is
 * one of a retry topic. A topic in which nothing waited is left out.
 */
export const findWaits = (spans: readonly Started[], edges: readonly MessageEdge[]): TopicWait[] =>
  [...Map.groupBy(edges, ({ topic }) => topic)]
    .map(([topic, mine]) => ({ topic, mine, waitedNs: coveredNs(intervalsOf(spans, mine)) }))
    .filter(({ waitedNs }) => waitedNs > 0n)
    .sort((a, b) =>
      a.waitedNs === b.waitedNs ? (a.topic < b.topic ? -1 : 1) : a.waitedNs > b.waitedNs ? -1 : 1,
    )
    .map(({ topic, mine, waitedNs }) => ({
      topic,
      kind: topicKindOf(topic, false) === 'retry' ? 'retry' : 'queue',
      waitedNs: waitedNs.toString(),
      messages: mine.length,
    }))

/** The waits between these spans: in all, and by topic. */
export const measureWaits = (
  spans: readonly MessageSpan[],
): { readonly waitedNs: string; readonly waits: TopicWait[] } => {
  const edges = findMessageEdges(spans)
  return { waitedNs: totalWaitedNs(spans, edges).toString(), waits: findWaits(spans, edges) }
}
