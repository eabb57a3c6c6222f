import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { makePostgresTraces } from '#server/adapters/postgres-traces/make-postgres-traces.ts'
import { type TraceId, traceId } from '#server/contracts/scalars.ts'
import type { SpanView } from '#server/contracts/traces.ts'
import { startTestReceiver, type TestReceiver } from './test-receiver.ts'

let system: TestReceiver
let sent: { traceId: TraceId; producer: string; consumer: string }
beforeAll(async () => {
  system = await startTestReceiver(inject('databaseUrl'))
  vi.stubEnv('OTEL_METRICS_EXPORTER', 'none')
  vi.stubEnv('OTEL_LOGS_EXPORTER', 'none')
  vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', 'gzip')
  vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'service.version=4.2.0')
  const sdk = new NodeSDK({
    serviceName: 'orders',
    traceExporter: new OTLPTraceExporter({ url: `http://127.0.0.1:${system.receiver.port}/v1/traces` }),
  })
  sdk.start()
  const tracer = trace.getTracer('test')
  const producer = tracer.startSpan('send orders', {
    kind: SpanKind.PRODUCER,
    attributes: {
      'messaging.destination.name': 'orders',
      'messaging.kafka.message.key': 'order-4711',
      whole: 1_099_511_627_776,
      negative: -5,
      ratio: 0.1,
      many: ['a', 'b'],
      flag: true,
    },
  })
  producer.addEvent('retried', { attempt: 2 })
  producer.recordException(new TypeError('no price'))
  producer.setStatus({ code: SpanStatusCode.ERROR, message: 'no price' })
  producer.end()
  const consumer = tracer.startSpan(
    'process orders',
    {
      kind: SpanKind.CONSUMER,
      links: [{ context: producer.spanContext() }],
      attributes: {
        'messaging.destination.name': 'orders',
        'messaging.destination.partition.id': '3',
        'messaging.kafka.offset': '9007199254740993',
        'messaging.consumer.group.name': 'payments',
      },
    },
    trace.setSpan(context.active(), producer),
  )
  consumer.end()
  sent = {
    traceId: traceId.parse(producer.spanContext().traceId),
    producer: producer.spanContext().spanId,
    consumer: consumer.spanContext().spanId,
  }
  await sdk.shutdown()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await system.close()
})

const readSpans = async (): Promise<readonly SpanView[]> => {
  const store = makePostgresTraces(system.database.db)
  const found = await store.trace(sent.traceId, 100, { signal: AbortSignal.timeout(10_000) })
  if (!found.ok) throw new Error(found.error.detail)
  return found.value.spans
}

test('the OpenTelemetry SDK, gzip on, sends a trace that is read back as it was', async () => {
  const [producer, consumer] = await readSpans()
  expect(producer).toMatchObject({
    spanId: sent.producer,
    parentSpanId: null,
    kind: 'producer',
    service: 'orders',
    serviceVersion: '4.2.0',
    status: 'error',
    statusMessage: 'no price',
    message: { topic: 'orders', partition: null, offset: null, group: null },
  })
  expect(Object.fromEntries(producer?.attributes.map(({ name, text }) => [name, text]) ?? [])).toMatchObject({
    whole: '1099511627776',
    negative: '-5',
    ratio: '0.1',
    many: '["a","b"]',
    flag: 'true',
    'messaging.kafka.message.key': '"order-4711"',
  })
  expect(producer?.events.map(({ name }) => name)).toEqual(['retried', 'exception'])
  expect(consumer).toMatchObject({
    spanId: sent.consumer,
    parentSpanId: sent.producer,
    kind: 'consumer',
    links: [{ traceId: sent.traceId, spanId: sent.producer }],
    message: { topic: 'orders', partition: 3, offset: '9007199254740993', group: 'payments' },
  })
})

test('the trace is listed, and found by key, by number, by id and by position', async () => {
  const store = makePostgresTraces(system.database.db)
  const call = { signal: AbortSignal.timeout(10_000) }
  const query = { errors: false, minutes: 60, limit: 50 }
  for (const q of ['', 'order-4711', 'ORDER-47', '4711', sent.traceId, sent.traceId.slice(0, 9)]) {
    const found = await store.list({ ...query, q }, call)
    expect([q, found.ok && found.value.traces]).toMatchObject([
      q,
      [{ traceId: sent.traceId, rootName: 'send orders', rootService: 'orders', spans: 2, errors: 1 }],
    ])
  }
  const none = await store.list({ ...query, q: 'order-4712' }, call)
  expect(none.ok && none.value.traces).toEqual([])
  const byPosition = await store.spansOfMessage('orders', 3, 9007199254740993n, call)
  expect(byPosition.ok && byPosition.value.map(({ spanId }) => spanId)).toEqual([sent.consumer])
})
