import type { TraceId } from '#server/contracts/scalars.ts'
import type { TraceRow } from '#server/contracts/traces.ts'
import { isOwnService, ownServices } from '#server/domain/traces/span-record.ts'
import type { Database } from './database.ts'

export type TraceFilter = {
  /** Only traces that started at or after this. */
  readonly sinceNs: bigint
  readonly service: string | null
  readonly onlyErrors: boolean
  /** Beginning of a trace id, or of the value of an identifying attribute; empty for all traces. */
  readonly text: string
  readonly minDurationNs: bigint | null
  /** The last trace of the page before. */
  readonly after: { readonly startNs: bigint; readonly traceId: TraceId } | null
  readonly limit: number
}

type SummaryRow = {
  trace_id: string
  start_ns: string
  end_ns: string
  spans: number
  errors: number
  services: string[]
  root_name: string
  root_service: string
}

export type ListedTrace = TraceRow & { readonly startNs: bigint }

/**
 * Traces by start, newest first, at most `limit`. Traces in which only Spillway itself took part are left out unless
 * its service is asked for.
 */
export const listTraceSummaries = async (db: Database, filter: TraceFilter): Promise<ListedTrace[]> => {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const conditions = [`start_ns >= ${bind(filter.sinceNs)}`]
  if (filter.after !== null)
    conditions.push(
      `(start_ns, trace_id) < (${bind(filter.after.startNs)}, ${bind(Buffer.from(filter.after.traceId, 'hex'))})`,
    )
  if (filter.service === null || !isOwnService(filter.service)) conditions.push('NOT own')
  if (filter.service !== null) conditions.push(`services @> ARRAY[${bind(filter.service)}::text]`)
  if (filter.onlyErrors) conditions.push('errors > 0')
  if (filter.minDurationNs !== null) conditions.push(`end_ns - start_ns >= ${bind(filter.minDurationNs)}`)
  if (filter.text !== '') conditions.push(matchText(filter.text, filter.sinceNs, bind))
  const query: { text: string; values: unknown[]; query_timeout: number } = {
    text: `SELECT encode(trace_id, 'hex') AS trace_id, start_ns::text, end_ns::text, spans, errors, services, root_name,
             root_service
           FROM trace_summary t WHERE ${conditions.join(' AND ')}
           ORDER BY t.start_ns DESC, t.trace_id DESC LIMIT ${bind(filter.limit)}`,
    values,
    query_timeout: 10_000,
  }
  const { rows } = await db.pool.query<SummaryRow>(query)
  return rows.map(toTraceRow)
}

/** Ids are looked up as a range of bytes; values as ranges in byte order, as typed and in both cases. */
const matchText = (text: string, sinceNs: bigint, bind: (value: unknown) => string): string => {
  const day = bind(new Date(Number(sinceNs / 1_000_000n)).toISOString().slice(0, 10))
  const ranges = [...new Set([text, text.toLowerCase(), text.toUpperCase()])].map(
    (start) => `(value >= ${bind(start)} AND value < ${bind(`${start}\u{10ffff}`)})`,
  )
  const matches = [
    `SELECT trace_id FROM span_attribute_index WHERE day >= ${day} AND (${ranges.join(' OR ')})`,
  ]
  if (/^[0-9a-f]{1,32}$/i.test(text)) {
    const from = Buffer.from(text.padEnd(32, '0'), 'hex')
    const to = Buffer.from(text.padEnd(32, 'f'), 'hex')
    matches.push(`SELECT trace_id FROM trace_summary WHERE trace_id BETWEEN ${bind(from)} AND ${bind(to)}`)
  }
  return `t.trace_id IN (${matches.join(' UNION ALL ')})`
}

const toTraceRow = (row: SummaryRow): ListedTrace => ({
  traceId: row.trace_id as TraceId,
  rootName: row.root_name,
  rootService: row.root_service,
  services: row.services,
  spans: row.spans,
  errors: row.errors,
  startNs: BigInt(row.start_ns),
  startMs: Number(BigInt(row.start_ns) / 1_000_000n),
  durationNs: (BigInt(row.end_ns) - BigInt(row.start_ns)).toString(),
})

/** Services other than Spillway's own that sent spans since then, and when the last of their spans started. */
export const readServices = async (
  db: Database,
  sinceNs: bigint,
): Promise<{ readonly services: string[]; readonly lastSpanAtMs: number | null }> => {
  const { rows } = await db.pool.query<{ service: string; last_ns: string }>(
    `SELECT service, max(last_ns)::text AS last_ns FROM span_service WHERE service <> ALL ($1::text[])
     GROUP BY service ORDER BY service`,
    [[...ownServices]],
  )
  const last = rows.reduce((latest, row) => (BigInt(row.last_ns) > latest ? BigInt(row.last_ns) : latest), 0n)
  return {
    services: rows.filter((row) => BigInt(row.last_ns) >= sinceNs).map(({ service }) => service),
    lastSpanAtMs: last === 0n ? null : Number(last / 1_000_000n),
  }
}
