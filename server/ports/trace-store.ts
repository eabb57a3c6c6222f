import type { TraceId } from '#server/contracts/scalars.ts'
import type { SpanView, TraceListQuery, TraceRow } from '#server/contracts/traces.ts'
import type { ProcessSpan } from '#server/domain/judge-processing.ts'
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'

/** Where spans are read from: PostgreSQL here, Jaeger or Tempo behind the same port. */
export type TraceStore = {
  /** Spans by start time, at most `limit`; `truncated` when there were more. `not-found` when there are none. */
  trace(id: TraceId, limit: number, call: Call): Answer<{ spans: readonly SpanView[]; truncated: boolean }>
  list(
    query: TraceListQuery,
    call: Call,
  ): Answer<{
    traces: readonly TraceRow[]
    services: readonly string[]
    nextCursor: string | null
    lastSpanAt: number | null
  }>
  /** Traces that link to this one or that it links to. */
  linked(id: TraceId, call: Call): Answer<readonly TraceId[]>
  /** Spans that processed the record at this position, newest first. */
  spansOfMessage(topic: string, partition: number, offset: bigint, call: Call): Answer<readonly SpanView[]>
  /**
   * Spans by which consumers processed the records at these places, by the place as `orders 3@88213`, begun since then.
   * Each tells what its trace sent to a topic of `chain` from its start on.
   */
  processOf(
    places: readonly { readonly topic: string; readonly partition: number; readonly offset: bigint }[],
    since: { readonly sinceMs: number; readonly chain: readonly string[] },
    call: Call,
  ): Answer<ReadonlyMap<string, readonly ProcessSpan[]>>
}
