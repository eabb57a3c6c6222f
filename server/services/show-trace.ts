import type { TraceId } from '#server/contracts/scalars.ts'
import type { SpanView, TraceDetail } from '#server/contracts/traces.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import { pickRelated } from '#server/domain/traces/join-linked.ts'
import { measureTrace } from '#server/domain/traces/measure-trace.ts'
import type { Call } from '#server/ports/call.ts'
import { findDeadLettersOfTraces } from '#server/repositories/traces-dead-letters.ts'
import type { Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'

/** What one answer may hold, and how far links are followed. */
const spanBudget = 5_000
const maxTraces = 20
const maxTracesRead = 60
const maxHops = 6

/**
 * One trace with its message hops and dead letters. Consumers that start traces of their own and only link to the
 * producer are joined in, and what they caused in turn; so are the producers that this trace links to.
 */
export const showTrace = async (
  deps: Deps,
  input: { readonly traceId: TraceId },
  call: Call,
): Promise<Result<TraceDetail, Fault>> => {
  const own = await deps.traces.trace(input.traceId, spanBudget, call)
  if (!own.ok) return { ok: false, error: faultOf(own.error) }
  const joined = await joinLinkedTraces(deps, input.traceId, own.value, call)
  if (!joined.ok) return joined
  const { spans, truncated, traceIds } = joined.value
  const { deadLetters, copies } = await findDeadLettersOfTraces(deps.db, traceIds)
  return succeed({
    traceId: input.traceId,
    spans,
    ...measureTrace(spans, copies),
    truncated,
    deadLetters,
  })
}

type Joined = { readonly spans: SpanView[]; readonly truncated: boolean; readonly traceIds: TraceId[] }
type Direction = 'down' | 'up'

/**
 * Follows links down to consumers of consumers and up to producers of producers, never down and up again: the other
 * messages of a shared batch are other stories.
 */
const joinLinkedTraces = async (
  deps: Deps,
  traceId: TraceId,
  own: { readonly spans: readonly SpanView[]; readonly truncated: boolean },
  call: Call,
): Promise<Result<Joined, Fault>> => {
  const spans = [...own.spans]
  const visited = new Set<TraceId>([traceId])
  const traceIds = [traceId]
  let truncated = own.truncated
  const pending: { id: TraceId; spans: readonly SpanView[]; directions: Direction[]; hops: number }[] = [
    { id: traceId, spans: own.spans, directions: ['down', 'up'], hops: 0 },
  ]
  for (let from = pending.shift(); from; from = pending.shift()) {
    const neighbours = await deps.traces.linked(from.id, call)
    if (!neighbours.ok) return { ok: false, error: faultOf(neighbours.error) }
    const upward = new Set(from.spans.flatMap(({ links }) => links.map((link) => link.traceId)))
    for (const id of neighbours.value) {
      const direction: Direction = upward.has(id) ? 'up' : 'down'
      if (visited.has(id) || !from.directions.includes(direction)) continue
      if (
        traceIds.length >= maxTraces ||
        visited.size >= maxTracesRead ||
        from.hops >= maxHops ||
        spans.length >= spanBudget
      ) {
        truncated = true
        break
      }
      visited.add(id)
      const linked = await deps.traces.trace(id, spanBudget, call)
      if (!linked.ok) {
        // Its spans are older than the retention, or have not come yet.
        if (linked.error.kind === 'not-found') continue
        return { ok: false, error: faultOf(linked.error) }
      }
      const related = pickRelated(from.spans, linked.value.spans)
      if (related.length === 0) continue
      traceIds.push(id)
      const room = spanBudget - spans.length
      truncated ||= linked.value.truncated || related.length > room
      spans.push(...related.slice(0, room))
      pending.push({ id, spans: related, directions: [direction], hops: from.hops + 1 })
    }
  }
  spans.sort(byStart)
  return succeed({ spans, truncated, traceIds })
}

const byStart = (a: SpanView, b: SpanView): number => {
  const [from, to] = [BigInt(a.startNs), BigInt(b.startNs)]
  return from < to ? -1 : from > to ? 1 : a.spanId < b.spanId ? -1 : 1
}
