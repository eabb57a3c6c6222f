import type { MessageEdge, SpanView, TraceDetail } from '#server/contracts/traces.ts'

/** Times of rows are nanoseconds after the trace's start, as numbers: a trace is far shorter than 2^53 ns (104 days). */
export type SpanRow = {
  readonly kind: 'span'
  readonly key: string
  readonly span: SpanView
  readonly depth: number
  readonly from: number
  readonly to: number
}
export type GapRow = {
  readonly kind: 'gap'
  readonly key: string
  readonly edge: MessageEdge
  readonly depth: number
  readonly from: number
  readonly to: number
}
export type TimelineRow = SpanRow | GapRow

/** Names a span: ids of spans are unique within their trace only, and consumers bring traces of their own along. */
export const spanKey = ({ traceId, spanId }: Pick<SpanView, 'traceId' | 'spanId'>): string =>
  `${traceId}-${spanId}`

/**
 * Rows of a timeline in reading order: a span, then what it caused, by start time. A consuming span stands under the
 * span that produced its message, with the wait in the queue as a row before it; a consumer of a batch has a row for
 * each wait, the longest first. Spans whose parent did not arrive stand at the top; loops of parents, which broken
 * clients send, are cut where they close. Every span has exactly one row.
 */
export const layOutTimeline = ({
  spans,
  edges,
  startNs,
}: Pick<TraceDetail, 'spans' | 'edges' | 'startNs'>): readonly TimelineRow[] => {
  const start = BigInt(startNs)
  const after = (ns: bigint): number => Number(ns - start)
  const byKey = new Map(spans.map((span) => [spanKey(span), span]))
  const byId = new Map<string, SpanView>()
  for (const span of spans) if (!byId.has(span.spanId)) byId.set(span.spanId, span)
  const edgesTo = new Map<string, MessageEdge[]>()
  for (const edge of edges) {
    const consumer = byId.get(edge.consumer)
    if (!consumer || !byId.has(edge.producer)) continue
    const waits = edgesTo.get(spanKey(consumer))
    if (waits) waits.push(edge)
    else edgesTo.set(spanKey(consumer), [edge])
  }
  for (const list of edgesTo.values()) list.sort(byWait)
  const parentOf = (span: SpanView): string | null => {
    const { parentSpanId, traceId } = span
    const parent =
      parentSpanId === null
        ? undefined
        : (byKey.get(spanKey({ traceId, spanId: parentSpanId })) ?? byId.get(parentSpanId))
    const cause = parent ?? byId.get(edgesTo.get(spanKey(span))?.[0]?.producer ?? '')
    return cause ? spanKey(cause) : null
  }
  const byStart = (a: SpanView, b: SpanView): number => {
    const difference = BigInt(a.startNs) - BigInt(b.startNs)
    return difference < 0n ? -1 : difference > 0n ? 1 : a.spanId < b.spanId ? -1 : 1
  }
  const children = new Map<string | null, SpanView[]>()
  for (const span of spans) {
    const parent = parentOf(span)
    const siblings = children.get(parent)
    if (siblings) siblings.push(span)
    else children.set(parent, [span])
  }
  for (const list of children.values()) list.sort(byStart)

  const rows: TimelineRow[] = []
  const placed = new Set<string>()
  const place = (first: SpanView): void => {
    const stack: { readonly span: SpanView; readonly depth: number }[] = [{ span: first, depth: 0 }]
    for (let next = stack.pop(); next; next = stack.pop()) {
      const { span, depth } = next
      const key = spanKey(span)
      if (placed.has(key)) continue
      placed.add(key)
      const from = after(BigInt(span.startNs))
      for (const [index, edge] of (edgesTo.get(key) ?? []).entries())
        if (BigInt(edge.waitedNs) > 0n)
          rows.push({
            kind: 'gap',
            key: `gap ${index} ${key}`,
            edge,
            depth,
            from: from - Number(BigInt(edge.waitedNs)),
            to: from,
          })
      rows.push({ kind: 'span', key, span, depth, from, to: from + Number(BigInt(span.durationNs)) })
      for (const child of [...(children.get(key) ?? [])].reverse())
        stack.push({ span: child, depth: depth + 1 })
    }
  }
  for (const root of children.get(null) ?? []) place(root)
  // What is left are loops of parents: begin each at its earliest span.
  for (const span of [...spans].sort(byStart)) if (!placed.has(spanKey(span))) place(span)
  return rows
}

const byWait = (a: MessageEdge, b: MessageEdge): number => {
  const difference = BigInt(b.waitedNs) - BigInt(a.waitedNs)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Where a row stands on an axis from 0 to `durationNs`, in percent; never narrower than can be seen. */
export const placeOnAxis = (
  { from, to }: Pick<TimelineRow, 'from' | 'to'>,
  durationNs: number,
): { readonly left: number; readonly width: number } => {
  const whole = Math.max(1, durationNs)
  const left = Math.min(99.7, Math.max(0, (100 * from) / whole))
  return { left, width: Math.min(100 - left, Math.max(0.3, (100 * (to - from)) / whole)) }
}
