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

/**
 * Rows of a timeline in reading order: a span, then what it caused, by start time. A consuming span stands under the
 * span that produced its message, with the wait in the queue as a row before it. Spans whose parent did not arrive stand
 * at the top; loops of parents, which broken clients send, are cut where they close. Every span has exactly one row.
 */
export const layOutTimeline = ({
  spans,
  edges,
  startNs,
}: Pick<TraceDetail, 'spans' | 'edges' | 'startNs'>): readonly TimelineRow[] => {
  const start = BigInt(startNs)
  const after = (ns: bigint): number => Number(ns - start)
  const known = new Map(spans.map((span) => [span.spanId as string, span]))
  const edgeTo = new Map<string, MessageEdge>()
  for (const edge of edges)
    if (known.has(edge.producer) && known.has(edge.consumer) && !edgeTo.has(edge.consumer))
      edgeTo.set(edge.consumer, edge)
  const parentOf = (span: SpanView): string | null => {
    if (span.parentSpanId !== null && known.has(span.parentSpanId)) return span.parentSpanId
    return edgeTo.get(span.spanId)?.producer ?? null
  }
  const byStart = (a: SpanView, b: SpanView): number => {
    const difference = BigInt(a.startNs) - BigInt(b.startNs)
    return difference < 0n ? -1 : difference > 0n ? 1 : a.spanId < b.spanId ? -1 : 1
  }
  const children = new Map<string | null, SpanView[]>()
  for (const span of spans) {
    const parent = parentOf(span)
    children.set(parent, [...(children.get(parent) ?? []), span])
  }
  for (const list of children.values()) list.sort(byStart)

  const rows: TimelineRow[] = []
  const placed = new Set<string>()
  const place = (first: SpanView): void => {
    const stack: { readonly span: SpanView; readonly depth: number }[] = [{ span: first, depth: 0 }]
    for (let next = stack.pop(); next; next = stack.pop()) {
      const { span, depth } = next
      if (placed.has(span.spanId)) continue
      placed.add(span.spanId)
      const from = after(BigInt(span.startNs))
      const edge = edgeTo.get(span.spanId)
      if (edge && BigInt(edge.waitedNs) > 0n)
        rows.push({
          kind: 'gap',
          key: `gap ${span.spanId}`,
          edge,
          depth,
          from: from - Number(BigInt(edge.waitedNs)),
          to: from,
        })
      rows.push({
        kind: 'span',
        key: span.spanId,
        span,
        depth,
        from,
        to: from + Number(BigInt(span.durationNs)),
      })
      for (const child of [...(children.get(span.spanId) ?? [])].reverse())
        stack.push({ span: child, depth: depth + 1 })
    }
  }
  for (const root of children.get(null) ?? []) place(root)
  // What is left are loops of parents: begin each at its earliest span.
  for (const span of [...spans].sort(byStart)) if (!placed.has(span.spanId)) place(span)
  return rows
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
