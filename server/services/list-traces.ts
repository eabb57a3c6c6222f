import type { TraceList, TraceListQuery } from '#server/contracts/traces.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'

/** Traces that started in the last `minutes`, newest first, with the services that sent spans in that time. */
export const listTraces = async (
  deps: Deps,
  query: TraceListQuery,
  call: Call,
): Promise<Result<TraceList, Fault>> => {
  const found = await deps.traces.list(query, call)
  if (!found.ok) return { ok: false, error: faultOf(found.error) }
  const { traces, services, nextCursor, lastSpanAt } = found.value
  return succeed({ traces: [...traces], services: [...services], nextCursor, lastSpanAt })
}
