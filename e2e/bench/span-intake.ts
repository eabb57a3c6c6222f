import { randomBytes } from 'node:crypto'
import protobuf from 'protobufjs'
import type { Database } from '../../server/repositories/database.ts'
import { startTestReceiver, type TestReceiver } from '../../server/worker/otlp/test-receiver.ts'
import { withBenchPostgres } from './bench-database.ts'
import { printResult, printSpread } from './print-result.ts'

const spansInRequest = 512
const requests = 120
const spansInTrace = 16
const senders = 8
const rounds = 3

/** The part of opentelemetry-proto's trace service that the requests need. */
const proto = `syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; int64 int_value = 3; } }
message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; }`
const requestType = protobuf.parse(proto).root.lookupType('Request')

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })

/** Requests of a shop: traces of 16 spans in three services, five attributes a span, every fourth a message. */
const makeRequests = (): Uint8Array[] =>
  Array.from({ length: requests }, (_, request) => {
    const startMs = BigInt(Date.now() - 60_000)
    const spans = Array.from({ length: spansInRequest / spansInTrace }, () => randomBytes(16)).flatMap(
      (traceId, trace) => {
        const root = randomBytes(8)
        return Array.from({ length: spansInTrace }, (_, span) => {
          const from = (startMs + BigInt(request * 10 + span)) * 1_000_000n
          return {
            traceId,
            spanId: span === 0 ? root : randomBytes(8),
            ...(span === 0 ? {} : { parentSpanId: root }),
            name: ['POST /orders', 'send orders', 'process orders', 'SELECT'][span % 4],
            kind: [2, 4, 5, 3][span % 4],
            startTimeUnixNano: from.toString(),
            endTimeUnixNano: (from + 40_000_000n).toString(),
            attributes: [
              text('http.route', '/orders'),
              text('messaging.destination.name', 'orders'),
              text('order.id', `order-${request}-${trace}`),
              text('server.address', '10.0.0.7'),
              text('thread.name', 'worker-3'),
            ],
          }
        })
      },
    )
    const resource = { attributes: [text('service.name', `service-${request % 3}`)] }
    return requestType
      .encode(requestType.fromObject({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }))
      .finish()
  })

const sendAll = async (system: TestReceiver): Promise<number> => {
  const bodies = makeRequests()
  const startedAt = performance.now()
  const send = async () => {
    for (let body = bodies.pop(); body; body = bodies.pop())
      for (let status = 0; status !== 200; ) {
        ;({ status } = await system.post(body, { 'content-type': 'application/x-protobuf' }))
        if (status !== 200 && status !== 429) throw new Error(`the receiver answered ${status}`)
      }
  }
  await Promise.all(Array.from({ length: senders }, send))
  return (requests * spansInRequest * 1_000) / (performance.now() - startedAt)
}

/** The lower bound: as many rows of the same columns, made by PostgreSQL itself, in a table without any key or index. */
const onlyInsert = async ({ pool }: Database): Promise<number> => {
  await pool.query('CREATE TABLE IF NOT EXISTS plain_span AS SELECT * FROM span WITH NO DATA')
  const startedAt = performance.now()
  for (let request = 0; request < requests; request++)
    await pool.query(
      `INSERT INTO plain_span SELECT * FROM (SELECT * FROM span LIMIT ${spansInRequest}) AS part`,
    )
  return (requests * spansInRequest * 1_000) / (performance.now() - startedAt)
}

/** OTLP requests of 512 spans into the store, sent from the same process, beside plain inserts of as many rows. */
export const spanIntakeBench = (): Promise<void> =>
  withBenchPostgres(async ({ databaseUrl }) => {
    const system = await startTestReceiver(databaseUrl)
    const ours: number[] = []
    const bound: number[] = []
    try {
      const { db } = system.database
      for (let round = 0; round < rounds; round++) {
        ours.push(await sendAll(system))
        bound.push(await onlyInsert(db))
      }
      const { rows } = await db.pool.query<{ count: number }>('SELECT count(*)::int AS count FROM span')
      const sent = rounds * requests * spansInRequest
      if (rows[0]?.count !== sent) throw new Error(`stored ${rows[0]?.count} of ${sent}`)
    } finally {
      await system.close()
    }
    printSpread('spillway, stored', ours, 'spans/s')
    printSpread('lower bound, plain insert', bound, 'spans/s')
    printResult('span-intake', ours, bound, 'spans/s', {}, { moreIsBetter: true })
  })
