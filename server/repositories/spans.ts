import { ownServices, type SpanRecord } from '#server/domain/traces/span-record.ts'
import type { Database } from './database.ts'
import { encodeBigints, encodeBytes, encodeIntegers, encodeTexts } from './encode-array.ts'

const dayNs = 86_400_000_000_000n
/** Days from 1970-01-01 to PostgreSQL's first day of 2000-01-01. */
const postgresEpochDays = 10_957
const dayOf = (startNs: bigint): number => Number(startNs / dayNs) - postgresEpochDays

// Every statement of this shape locks in the same order (spans, summaries, search values; each sorted by key), so that
// batches written at the same time can not wait for each other in a circle. What is not fresh changes nothing.
const statement = `
WITH incoming AS MATERIALIZED (
  SELECT * FROM unnest($1::date[], $2::bytea[], $3::bytea[], $4::bytea[], $5::text[], $6::int2[], $7::text[], $8::text[],
    $9::int8[], $10::int8[], $11::int2[], $12::text[], $13::jsonb[], $14::int4[], $15::jsonb[], $16::text[], $17::int4[],
    $18::int8[], $19::text[])
  AS s(day, trace_id, span_id, parent_span_id, name, kind, service, service_version, start_ns, end_ns, status,
    status_message, attributes, resource_no, events, topic, partition, "offset", group_id)
), fresh AS (
  INSERT INTO span (day, trace_id, span_id, parent_span_id, name, kind, service, service_version, start_ns, end_ns, status,
    status_message, attributes, resource, events, topic, partition, "offset", group_id)
  SELECT day, trace_id, span_id, parent_span_id, name, kind, service, service_version, start_ns, end_ns, status,
    status_message, attributes, ($20::jsonb[])[resource_no], events, topic, partition, "offset", group_id
  FROM incoming ORDER BY trace_id, span_id
  ON CONFLICT DO NOTHING
  RETURNING trace_id, parent_span_id, name, service, start_ns, end_ns, status
), links AS (
  INSERT INTO span_link (day, trace_id, span_id, linked_trace_id, linked_span_id)
  SELECT * FROM unnest($21::date[], $22::bytea[], $23::bytea[], $24::bytea[], $25::bytea[]) AS l(d, t, s, lt, ls)
  ORDER BY t, s, lt, ls
  ON CONFLICT DO NOTHING
), search AS (
  INSERT INTO span_attribute_index (day, value, trace_id)
  SELECT DISTINCT * FROM unnest($26::date[], $27::text[], $28::bytea[]) AS a(d, v, t)
  ORDER BY d, v, t
  ON CONFLICT DO NOTHING
), summary AS (
  INSERT INTO trace_summary AS t (trace_id, start_ns, end_ns, spans, errors, services, root_name, root_service,
    root_start_ns, has_root, own)
  SELECT trace_id, min(start_ns), max(end_ns), count(*), count(*) FILTER (WHERE status = 2), array_agg(DISTINCT service),
    (array_agg(name ORDER BY parent_span_id IS NOT NULL, start_ns))[1],
    (array_agg(service ORDER BY parent_span_id IS NOT NULL, start_ns))[1],
    (array_agg(start_ns ORDER BY parent_span_id IS NOT NULL, start_ns))[1],
    bool_or(parent_span_id IS NULL), bool_and(service = ANY ($29::text[]))
  FROM fresh GROUP BY trace_id ORDER BY trace_id
  ON CONFLICT (trace_id) DO UPDATE SET
    start_ns = least(t.start_ns, excluded.start_ns),
    end_ns = greatest(t.end_ns, excluded.end_ns),
    spans = t.spans + excluded.spans,
    errors = t.errors + excluded.errors,
    services = CASE WHEN t.services @> excluded.services THEN t.services
      ELSE ARRAY(SELECT DISTINCT s FROM unnest(t.services || excluded.services) AS s ORDER BY s) END,
    (root_name, root_service, root_start_ns) =
      (SELECT r.name, r.service, r.start_ns FROM (VALUES
        (t.root_name, t.root_service, t.root_start_ns, t.has_root, 1),
        (excluded.root_name, excluded.root_service, excluded.root_start_ns, excluded.has_root, 2))
        AS r(name, service, start_ns, has_root, age)
       ORDER BY r.has_root DESC, r.start_ns, r.age LIMIT 1),
    has_root = t.has_root OR excluded.has_root,
    own = t.own AND excluded.own
)
SELECT count(*)::int AS written FROM fresh`

/**
 * Stores spans with their links, search values and trace summaries in one transaction and answers how many were new. A
 * span that is already there, or twice among `spans`, changes nothing. Throws what pg throws; `timeoutMs` bounds the
 * wait for an answer.
 */
export const writeSpans = async (
  db: Database,
  spans: readonly SpanRecord[],
  timeoutMs = 20_000,
): Promise<number> => {
  if (spans.length === 0) return 0
  const query: { text: string; values: unknown[]; name: string; query_timeout: number } = {
    name: 'write-spans',
    text: statement,
    values: encodeSpans(spans),
    query_timeout: timeoutMs,
  }
  const { rows } = await db.pool.query<{ written: number }>(query)
  return rows[0]?.written ?? 0
}

const encodeSpans = (spans: readonly SpanRecord[]): unknown[] => {
  const resources = new Map<string, number>()
  const resourceNumber = (json: string): number => {
    const known = resources.get(json)
    if (known !== undefined) return known
    resources.set(json, resources.size + 1)
    return resources.size
  }
  const days = spans.map((span) => dayOf(span.startNs))
  const linkOwners = spans.flatMap((span) => span.links.map((link) => ({ span, link })))
  const searches = distinctSearches(spans)
  return [
    encodeIntegers('date[]', days),
    encodeBytes(spans.map((span) => span.traceId)),
    encodeBytes(spans.map((span) => span.spanId)),
    encodeBytes(spans.map((span) => span.parentSpanId)),
    encodeTexts(
      'text[]',
      spans.map((span) => span.name),
    ),
    encodeIntegers(
      'int2[]',
      spans.map((span) => span.kind),
    ),
    encodeTexts(
      'text[]',
      spans.map((span) => span.service),
    ),
    encodeTexts(
      'text[]',
      spans.map((span) => span.serviceVersion),
    ),
    encodeBigints(spans.map((span) => span.startNs)),
    encodeBigints(spans.map((span) => span.endNs)),
    encodeIntegers(
      'int2[]',
      spans.map((span) => span.status),
    ),
    encodeTexts(
      'text[]',
      spans.map((span) => span.statusMessage),
    ),
    encodeTexts(
      'jsonb[]',
      spans.map((span) => span.attributesJson),
    ),
    encodeIntegers(
      'int4[]',
      spans.map((span) => resourceNumber(span.resourceJson)),
    ),
    encodeTexts(
      'jsonb[]',
      spans.map((span) => span.eventsJson),
    ),
    encodeTexts(
      'text[]',
      spans.map((span) => span.message.topic),
    ),
    encodeIntegers(
      'int4[]',
      spans.map((span) => span.message.partition),
    ),
    encodeBigints(spans.map((span) => span.message.offset)),
    encodeTexts(
      'text[]',
      spans.map((span) => span.message.group),
    ),
    encodeTexts('jsonb[]', [...resources.keys()]),
    encodeIntegers(
      'date[]',
      linkOwners.map(({ span }) => dayOf(span.startNs)),
    ),
    encodeBytes(linkOwners.map(({ span }) => span.traceId)),
    encodeBytes(linkOwners.map(({ span }) => span.spanId)),
    encodeBytes(linkOwners.map(({ link }) => link.traceId)),
    encodeBytes(linkOwners.map(({ link }) => link.spanId)),
    encodeIntegers(
      'date[]',
      searches.map(({ day }) => day),
    ),
    encodeTexts(
      'text[]',
      searches.map(({ value }) => value),
    ),
    encodeBytes(searches.map(({ traceId }) => traceId)),
    encodeTexts('text[]', ownServices),
  ]
}

type Search = { readonly day: number; readonly value: string; readonly traceId: Uint8Array }

/** The spans of a trace repeat their order id; it is sent once a trace. */
const distinctSearches = (spans: readonly SpanRecord[]): Search[] => {
  const found = new Map<string, Search>()
  for (const span of spans) {
    if (span.searchValues.length === 0) continue
    const day = dayOf(span.startNs)
    const prefix = `${Buffer.from(span.traceId).toString('latin1')}${day}`
    for (const value of span.searchValues) {
      const key = prefix + value
      if (!found.has(key)) found.set(key, { day, value, traceId: span.traceId })
    }
  }
  return [...found.values()]
}
