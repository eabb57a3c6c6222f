import type { SpanId, TopicName, TraceId } from '#server/contracts/scalars.ts'
import type { SpanView } from '#server/contracts/traces.ts'
import type { MessageSpan } from '#server/domain/traces/message-edges.ts'
import type { Database } from './database.ts'

const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const
const statuses = ['unset', 'ok', 'error'] as const
const timeoutMs = 10_000

type MessageSpanRow = {
  trace_id: string
  span_id: string
  parent_span_id: string | null
  kind: number
  start_ns: string
  end_ns: string
  topic: string | null
  partition: number | null
  offset: string | null
  group_id: string | null
  links: string[] | null
}
type SpanRow = MessageSpanRow & {
  name: string
  service: string
  service_version: string | null
  status: number
  status_message: string | null
  attributes: string
  events: string
}

const messageColumns = `encode(trace_id, 'hex') AS trace_id, encode(span_id, 'hex') AS span_id,
  encode(parent_span_id, 'hex') AS parent_span_id, kind, start_ns::text, end_ns::text, topic, partition, "offset"::text, group_id,
  (SELECT array_agg(encode(linked_trace_id, 'hex') || encode(linked_span_id, 'hex'))
   FROM span_link l WHERE l.day = s.day AND l.trace_id = s.trace_id AND l.span_id = s.span_id) AS links`
const columns = `${messageColumns}, name, service, service_version, status, status_message, attributes::text, events::text`

/** Spans of a trace by start time, at most `limit`. */
export const readSpansOfTrace = async (
  db: Database,
  traceId: TraceId,
  limit: number,
): Promise<SpanView[]> => {
  const query: { text: string; values: unknown[]; query_timeout: number } = {
    text: `SELECT ${columns} FROM span s WHERE trace_id = $1 ORDER BY s.start_ns, s.span_id LIMIT $2`,
    values: [Buffer.from(traceId, 'hex'), limit],
    query_timeout: timeoutMs,
  }
  const { rows } = await db.pool.query<SpanRow>(query)
  return rows.map(toSpanView)
}

/** Spans other than the sending one that name the record at this position, newest first, at most 100. */
export const readSpansOfMessage = async (
  db: Database,
  topic: string,
  partition: number,
  offset: bigint,
): Promise<SpanView[]> => {
  const query: { text: string; values: unknown[]; query_timeout: number } = {
    text: `SELECT ${columns} FROM span s WHERE topic = $1 AND partition = $2 AND "offset" = $3 AND kind <> 4
           ORDER BY s.start_ns DESC, s.span_id LIMIT 100`,
    values: [topic, partition, offset],
    query_timeout: timeoutMs,
  }
  const { rows } = await db.pool.query<SpanRow>(query)
  return rows.map(toSpanView)
}

const messageSpansAtMost = 20_000

/** The sending and consuming spans of traces, by trace: at most 20,000 in all. */
export const readMessageSpans = async (
  db: Database,
  traceIds: readonly TraceId[],
): Promise<ReadonlyMap<TraceId, readonly MessageSpan[]>> => {
  const query: { text: string; values: unknown[]; query_timeout: number } = {
    text: `SELECT ${messageColumns} FROM span s
           WHERE trace_id = ANY ($1::bytea[]) AND (kind IN (4, 5) OR (kind = 3 AND topic IS NOT NULL)) LIMIT $2`,
    values: [traceIds.map((id) => Buffer.from(id, 'hex')), messageSpansAtMost],
    query_timeout: timeoutMs,
  }
  const { rows } = await db.pool.query<MessageSpanRow>(query)
  return Map.groupBy(rows.map(toMessageSpan), ({ traceId }) => traceId)
}

/** Ids of traces that have a link to this one or that it has a link to, at most 200. */
export const readLinkedTraces = async (db: Database, traceId: TraceId): Promise<TraceId[]> => {
  const query: { text: string; values: unknown[]; query_timeout: number } = {
    text: `SELECT encode(id, 'hex') AS id FROM (
             SELECT linked_trace_id AS id FROM span_link WHERE trace_id = $1
             UNION SELECT trace_id FROM span_link WHERE linked_trace_id = $1) AS other
           WHERE other.id <> $1 ORDER BY other.id LIMIT 200`,
    values: [Buffer.from(traceId, 'hex')],
    query_timeout: timeoutMs,
  }
  const { rows } = await db.pool.query<{ id: string }>(query)
  return rows.map(({ id }) => id as TraceId)
}

const toMessageSpan = (row: MessageSpanRow): MessageSpan => ({
  traceId: row.trace_id as TraceId,
  spanId: row.span_id as SpanId,
  parentSpanId: row.parent_span_id as SpanId | null,
  kind: kinds[row.kind] ?? 'internal',
  startNs: row.start_ns,
  durationNs: (BigInt(row.end_ns) - BigInt(row.start_ns)).toString(),
  links: (row.links ?? []).map((ids) => ({
    traceId: ids.slice(0, 32) as TraceId,
    spanId: ids.slice(32) as SpanId,
  })),
  message:
    row.topic === null
      ? null
      : {
          topic: row.topic as TopicName,
          partition: row.partition,
          offset: row.offset,
          group: row.group_id,
        },
})

const toSpanView = (row: SpanRow): SpanView => ({
  ...toMessageSpan(row),
  name: row.name,
  service: row.service,
  serviceVersion: row.service_version,
  status: statuses[row.status] ?? 'unset',
  statusMessage: row.status_message,
  attributes: toAttributes(parseExactly(row.attributes) as Attributes),
  events: (parseExactly(row.events) as StoredEvent[]).map((event) => ({
    name: event.name,
    atNs: event.atNs,
    attributes: toAttributes(event.attributes),
  })),
})

type Attributes = Readonly<Record<string, unknown>>
type StoredEvent = { readonly name: string; readonly atNs: string; readonly attributes: Attributes }

/** Keeps the digits of numbers that a JavaScript number would round: as raw JSON, which stringify writes as it is. */
const parseExactly = (json: string): unknown =>
  /[\d.]{16}/.test(json)
    ? JSON.parse(json, (_, value, context?: { source?: string }) =>
        typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
          ? rawJson(context.source)
          : value,
      )
    : JSON.parse(json)

/** JSON.rawJSON (ECMAScript 2026, in Node from 22 on), of which TypeScript's library does not know yet. */
const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON(text: string): unknown }

const toAttributes = (attributes: Attributes): { name: string; text: string }[] =>
  Object.keys(attributes)
    .sort()
    .map((name) => ({ name, text: JSON.stringify(attributes[name]) }))
