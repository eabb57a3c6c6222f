import type { SpanView, TraceDetail } from '#server/contracts/traces.ts'
import { endNsOf, type SentCopy } from './hop-waits.ts'
import { findMessageEdges } from './message-edges.ts'
import { findWaits, totalWaitedNs } from './waits.ts'

/**
 * What is true of the spans of a trace together: services by first appearance, extent in time, errors, message hops and
 * the time that messages waited.
 */
export const measureTrace = (
  spans: readonly SpanView[],
  copies: readonly SentCopy[] = [],
): Pick<TraceDetail, 'edges' | 'services' | 'startNs' | 'durationNs' | 'errors' | 'waitedNs' | 'waits'> => {
  const first = spans[0]
  let startNs = first ? BigInt(first.startNs) : 0n
  let endNs = startNs
  for (const span of spans) {
    const [start, end] = [BigInt(span.startNs), endNsOf(span)]
    if (start < startNs) startNs = start
    if (end > endNs) endNs = end
  }
  const edges = findMessageEdges(spans, copies)
  return {
    edges,
    services: [...new Set(spans.map(({ service }) => service))],
    startNs: startNs.toString(),
    durationNs: (endNs - startNs).toString(),
    errors: spans.filter(({ status }) => status === 'error').length,
    waitedNs: totalWaitedNs(spans, edges).toString(),
    waits: findWaits(spans, edges),
  }
}
