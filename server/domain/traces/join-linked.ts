import type { SpanView } from '#server/contracts/traces.ts'
import { spanKey } from './message-edges.ts'

/**
 * Of a linked trace, the spans that belong to the story told so far: those that link to a span of it or that it links
 * to, with what they are part of and what they caused. A batch of 500 messages so adds the handling of ours, not of the
 * other 499. Missing parents and circles of parents do no harm.
 */
export const pickRelated = (told: readonly SpanView[], linked: readonly SpanView[]): SpanView[] => {
  const toldKeys = new Set(told.map(spanKey))
  const wanted = new Set(told.flatMap(({ links }) => links.map(spanKey)))
  const touching = linked.filter(
    (span) => wanted.has(spanKey(span)) || span.links.some((link) => toldKeys.has(spanKey(link))),
  )
  const byId = new Map(linked.map((span) => [span.spanId, span]))
  const childrenOf = groupByParent(linked)
  const kept = new Set<SpanView>()

  const below = [...touching]
  for (let span = below.pop(); span; span = below.pop()) {
    if (kept.has(span)) continue
    kept.add(span)
    below.push(...(childrenOf.get(span.spanId) ?? []))
  }
  for (const span of touching) {
    let parent = span.parentSpanId === null ? undefined : byId.get(span.parentSpanId)
    while (parent && !kept.has(parent)) {
      kept.add(parent)
      parent = parent.parentSpanId === null ? undefined : byId.get(parent.parentSpanId)
    }
  }
  return linked.filter((span) => kept.has(span))
}

const groupByParent = (spans: readonly SpanView[]): Map<string, SpanView[]> => {
  const children = new Map<string, SpanView[]>()
  for (const span of spans) {
    if (span.parentSpanId === null) continue
    const siblings = children.get(span.parentSpanId)
    if (siblings) siblings.push(span)
    else children.set(span.parentSpanId, [span])
  }
  return children
}
