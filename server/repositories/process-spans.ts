import type { ProcessSpan } from '#server/domain/judge-processing.ts'
import type { Database } from './database.ts'

/** Where a record stands. */
export type RecordPlace = { readonly topic: string; readonly partition: number; readonly offset: bigint }

/** The name of a place among others. */
export const nameOfPlace = ({ topic, partition, offset }: RecordPlace): string =>
  `${topic} ${partition}@${offset}`

type Row = {
  topic: string
  partition: number
  offset: string
  trace_id: string
  service: string
  name: string
  group_id: string | null
  status: number
  status_message: string | null
  start_ns: string
  end_ns: string
  sent_on_to: string | null
}

const statuses = ['unset', 'ok', 'error'] as const
const placesAtOnce = 500
const spansOfPlace = 20
const timeoutMs = 10_000

/**
 * Spans by which consumers processed the records at these places, by the place's name, begun since then: at most 20 of
 * a place, the newest. Spans of a poll or of sending are not among them. `chain`: the topics that a consumer hands a
 * failed record on to; what a trace sent there from the span's start on is told with the span.
 */
export const readProcessSpans = async (
  db: Database,
  places: readonly RecordPlace[],
  sinceMs: number,
  chain: readonly string[],
): Promise<ReadonlyMap<string, readonly ProcessSpan[]>> => {
  const rows: Row[] = []
  for (let at = 0; at < places.length; at += placesAtOnce) {
    const some = places.slice(at, at + placesAtOnce)
    const query: { text: string; values: unknown[]; query_timeout: number } = {
      // By place, so that the index of positions is used whatever the planner thinks of the list.
      text: `SELECT place.topic, place.partition, place."offset"::text, s.* FROM unnest($1::text[], $2::int4[], $3::int8[]) AS place(topic, partition, "offset")
        CROSS JOIN LATERAL (
          SELECT encode(p.trace_id, 'hex') AS trace_id, p.service, p.name, p.group_id, p.status, p.status_message, p.start_ns::text, p.end_ns::text,
            (SELECT sent.topic FROM span sent WHERE sent.trace_id = p.trace_id AND sent.day >= $4::date AND sent.kind = 4
               AND sent.topic = ANY ($6::text[]) AND sent.start_ns >= p.start_ns ORDER BY sent.start_ns LIMIT 1) AS sent_on_to
          FROM span p
          WHERE p.topic = place.topic AND p.partition = place.partition AND p."offset" = place."offset"
            AND p.day >= $4::date AND p.start_ns >= $5::int8 AND p.kind = 5
            AND coalesce(p.attributes->>'messaging.operation.type', p.attributes->>'messaging.operation', 'process')
              NOT IN ('receive', 'poll', 'settle', 'commit', 'create', 'send', 'publish')
          ORDER BY p.start_ns DESC LIMIT ${spansOfPlace}
        ) AS s`,
      values: [
        some.map(({ topic }) => topic),
        some.map(({ partition }) => partition),
        some.map(({ offset }) => offset.toString()),
        new Date(sinceMs).toISOString().slice(0, 10),
        (BigInt(Math.floor(sinceMs)) * 1_000_000n).toString(),
        chain,
      ],
      query_timeout: timeoutMs,
    }
    rows.push(...(await db.pool.query<Row>(query)).rows)
  }
  const byPlace = Map.groupBy(rows, (row) => nameOfPlace({ ...row, offset: BigInt(row.offset) }))
  return new Map([...byPlace].map(([place, mine]) => [place, mine.map(spanOf)]))
}

const spanOf = (row: Row): ProcessSpan => ({
  traceId: row.trace_id,
  service: row.service,
  name: row.name,
  group: row.group_id,
  status: statuses[row.status] ?? 'unset',
  statusMessage: row.status_message,
  startNs: BigInt(row.start_ns),
  durationNs: BigInt(row.end_ns) - BigInt(row.start_ns),
  sentOnTo: row.sent_on_to,
})
