import type { TraceId } from '#server/contracts/scalars.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { measureWaits } from '#server/domain/traces/waits.ts'
import type { BrokerError, BrokerErrorKind } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { Clock } from '#server/ports/clock.ts'
import type { TraceStore } from '#server/ports/trace-store.ts'
import type { Database } from '#server/repositories/database.ts'
import { readProcessSpans } from '#server/repositories/process-spans.ts'
import { listTraceSummaries, readServices } from '#server/repositories/traces-list.ts'
import {
  readLinkedTraces,
  readMessageSpans,
  readSpansOfMessage,
  readSpansOfTrace,
} from '#server/repositories/traces-read.ts'

const systemClock: Clock = { nowMs: () => Date.now() }

/** The trace store over Spillway's own database, which the OTLP receiver fills. */
export const makePostgresTraces = (db: Database, clock: Clock = systemClock): TraceStore => ({
  trace: (id, limit, call) =>
    answer(call, async () => {
      const spans = await readSpansOfTrace(db, id, limit + 1)
      if (spans.length === 0) return failed('not-found', `There are no spans of trace ${id}.`)
      return succeed({ spans: spans.slice(0, limit), truncated: spans.length > limit })
    }),

  list: (query, call) =>
    answer(call, async () => {
      const after = query.cursor === undefined ? null : parseCursor(query.cursor)
      if (after === undefined)
        return failed('invalid', `cursor: ${query.cursor} is not one that this list gave out.`)
      const sinceNs = BigInt(clock.nowMs() - query.minutes * 60_000) * 1_000_000n
      const [traces, { services, lastSpanAtMs }] = await Promise.all([
        listTraceSummaries(db, {
          sinceNs,
          service: query.service ?? null,
          onlyErrors: query.errors,
          text: query.q.replaceAll('\0', '').trim(),
          minDurationNs:
            query.minDurationMs === undefined ? null : BigInt(Math.round(query.minDurationMs * 1_000_000)),
          after,
          limit: query.limit + 1,
        }),
        readServices(db, sinceNs),
      ])
      const page = traces.slice(0, query.limit)
      const last = page.at(-1)
      const messageSpans = await readMessageSpans(
        db,
        page.map(({ traceId }) => traceId),
      )
      return succeed({
        traces: page.map(({ startNs: _, ...trace }) => {
          const { waitedNs, waits } = measureWaits(messageSpans.get(trace.traceId) ?? [])
          return { ...trace, waitedNs, waits }
        }),
        services,
        nextCursor: traces.length > page.length && last ? `${last.startNs}-${last.traceId}` : null,
        lastSpanAt: lastSpanAtMs,
      })
    }),

  linked: (id, call) => answer(call, async () => succeed(await readLinkedTraces(db, id))),

  spansOfMessage: (topic, partition, offset, call) =>
    answer(call, async () => succeed(await readSpansOfMessage(db, topic, partition, offset))),

  processOf: (places, { sinceMs, chain }, call) =>
    answer(call, async () => succeed(await readProcessSpans(db, places, sinceMs, chain))),
})

const failed = (kind: BrokerErrorKind, detail: string) =>
  fail<BrokerError>({ kind, detail, source: 'trace-store' })

const parseCursor = (cursor: string): { startNs: bigint; traceId: TraceId } | undefined => {
  const parts = /^(\d{1,19})-([0-9a-f]{32})$/.exec(cursor)
  if (!parts?.[1] || !parts[2]) return undefined
  return { startNs: BigInt(parts[1]), traceId: parts[2] as TraceId }
}

/** PostgreSQL can not be told to stop through pg; the caller stops waiting, and the query ends by its own time limit. */
const answer = async <T>(
  call: Call,
  work: () => Promise<Result<T, BrokerError>>,
): Promise<Result<T, BrokerError>> => {
  if (call.signal.aborted) return failed('timeout', 'The trace store was not asked in time.')
  let stopWaiting = () => {}
  const gaveUp = new Promise<Result<T, BrokerError>>((resolve) => {
    stopWaiting = () => resolve(failed('timeout', 'The trace store did not answer in time.'))
    call.signal.addEventListener('abort', stopWaiting, { once: true })
  })
  try {
    return await Promise.race([work(), gaveUp])
  } catch (error) {
    const detail = error instanceof Error ? error.message || error.name : String(error)
    return failed(/timeout/i.test(detail) ? 'timeout' : 'unreachable', `The trace store failed: ${detail}`)
  } finally {
    call.signal.removeEventListener('abort', stopWaiting)
  }
}
