import { randomBytes } from 'node:crypto'
import { deflateSync, gzipSync } from 'node:zlib'
import protobuf from 'protobufjs/minimal.js'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { makePostgresTraces } from '#server/adapters/postgres-traces/make-postgres-traces.ts'
import { traceId as traceIdSchema } from '#server/contracts/scalars.ts'
import { defaultBatchLimits } from './batch-spans.ts'
import { attribute, requestJson, spanJson, startTestReceiver, type TestReceiver } from './test-receiver.ts'

const call = { signal: AbortSignal.timeout(120_000) }
let system: TestReceiver
beforeAll(async () => {
  system = await startTestReceiver(inject('databaseUrl'))
})
afterAll(() => system.close())
beforeEach(() =>
  system.database.db.pool.query('TRUNCATE span, span_link, trace_summary, span_attribute_index'),
)

const send = (value: unknown, headers?: Record<string, string>) => system.post(JSON.stringify(value), headers)
const readTrace = async (id = '5b8efff798038103d269b633813fc60c') => {
  const found = await makePostgresTraces(system.database.db).trace(traceIdSchema.parse(id), 100, call)
  return found.ok ? found.value.spans : []
}
const json = (body: Buffer) => JSON.parse(body.toString())

describe('a span sent as JSON', () => {
  test('is stored when 200 is answered, with every digit of its integers', async () => {
    const answer = await system.post(
      JSON.stringify(
        requestJson([
          spanJson({
            parentSpanId: 'aaaabbbbccccdddd',
            status: { code: 2, message: 'card refused' },
            attributes: [
              attribute('messaging.destination.name', 'orders'),
              attribute('messaging.destination.partition.id', '3'),
              attribute('messaging.kafka.offset', '88213'),
              attribute('messaging.consumer.group.name', 'payments'),
              { key: 'amount', value: { intValue: '9007199254740993' } },
              { key: 'raw', value: { intValue: '@RAW@' } },
              { key: 'ratio', value: { doubleValue: 0.25 } },
              { key: 'tags', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: 1 }] } } },
              { key: 'nul', value: { stringValue: 'a\0b\ud800' } },
            ],
            events: [
              {
                name: 'exception',
                timeUnixNano: '1795239455866000001',
                attributes: [attribute('exception.type', 'CardDeclined')],
              },
            ],
            links: [{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }],
          }),
        ]),
      ).replace('"@RAW@"', '-9223372036854775808'),
    )
    expect([answer.status, json(answer.body)]).toEqual([200, {}])
    expect(answer.headers['content-type']).toBe('application/json')
    expect(await readTrace()).toMatchObject([
      {
        spanId: 'eee19b7ec3c1b174',
        parentSpanId: 'aaaabbbbccccdddd',
        kind: 'consumer',
        service: 'payments',
        status: 'error',
        statusMessage: 'card refused',
        message: { topic: 'orders', partition: 3, offset: '88213', group: 'payments' },
        events: [
          {
            name: 'exception',
            atNs: '1795239455866000001',
            attributes: [{ name: 'exception.type', text: '"CardDeclined"' }],
          },
        ],
        links: [{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }],
      },
    ])
    const texts = new Map((await readTrace())[0]?.attributes.map(({ name, text }) => [name, text]))
    expect(Object.fromEntries(texts)).toMatchObject({
      amount: '9007199254740993',
      raw: '-9223372036854775808',
      ratio: '0.25',
      tags: '["a",1]',
      nul: '"a\ufffdb\ufffd"',
    })
  })

  test('may name its enums and give times as numbers', async () => {
    const body = JSON.stringify(
      requestJson([
        spanJson({
          kind: 'SPAN_KIND_PRODUCER',
          status: { code: 'STATUS_CODE_OK' },
          startTimeUnixNano: '@',
          endTimeUnixNano: '@',
        }),
      ]),
    ).replaceAll('"@"', '1795239455866000001')
    expect((await system.post(body)).status).toBe(200)
    expect(await readTrace()).toMatchObject([
      { kind: 'producer', status: 'ok', startNs: '1795239455866000001' },
    ])
  })

  test('is one span however often it comes', async () => {
    const body = requestJson([spanJson(), spanJson()])
    const answers = await Promise.all([send(body), send(body), send(body)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await readTrace()).toHaveLength(1)
    const { rows } = await system.database.db.pool.query('SELECT spans FROM trace_summary')
    expect(rows).toEqual([{ spans: 1 }])
  })

  test('that ends before it starts is kept with no duration, and the sender is told', async () => {
    const answer = await send(requestJson([spanJson({ endTimeUnixNano: '1' })]))
    expect(json(answer.body).partialSuccess).toEqual({
      rejectedSpans: '0',
      errorMessage: expect.stringMatching(/end before/),
    })
    expect(await readTrace()).toMatchObject([{ durationNs: '0' }])
  })
})

test('spans with ids that are no ids are counted as rejected, the others are stored', async () => {
  const answer = await send(
    requestJson([
      spanJson(),
      spanJson({ traceId: '00000000000000000000000000000000' }),
      spanJson({ spanId: 'abc' }),
      spanJson({ traceId: 'zz' }),
      spanJson({ startTimeUnixNano: '0' }),
    ]),
  )
  expect([answer.status, json(answer.body).partialSuccess.rejectedSpans]).toEqual([200, '4'])
  expect(await readTrace()).toHaveLength(1)
})

test('an empty request is a success', async () => {
  expect((await send({})).status).toBe(200)
  const answer = await system.post('', { 'content-type': 'application/x-protobuf' })
  expect([answer.status, answer.body.length]).toEqual([200, 0])
})

describe('compressed bodies', () => {
  const headers = (encoding: string) => ({ 'content-type': 'application/json', 'content-encoding': encoding })
  const body = () => JSON.stringify(requestJson([spanJson()]))
  test('are read as gzip and deflate', async () => {
    expect((await system.post(gzipSync(body()), headers('gzip'))).status).toBe(200)
    expect((await system.post(deflateSync(body()), headers('deflate'))).status).toBe(200)
  })
  test('of other kinds are refused with 415, broken ones with 400', async () => {
    expect((await system.post('x', headers('br'))).status).toBe(415)
    expect((await system.post('not gzip', headers('gzip'))).status).toBe(400)
    expect((await system.post(gzipSync(body()).subarray(0, 40), headers('gzip'))).status).toBe(400)
  })
  test('that grow beyond 64 MB stop early with 413', async () => {
    const bomb = gzipSync(Buffer.alloc(512 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(1024 * 1024)
    const before = process.memoryUsage().rss
    expect((await system.post(bomb, headers('gzip'))).status).toBe(413)
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024)
  })
})

describe('what is wrong with a request is said as OTLP says it', () => {
  test('a body that is too large: 413, announced or not', async () => {
    const large = Buffer.alloc(17 * 1024 * 1024, 32)
    expect((await system.post(large)).status).toBe(413)
    const chunked = await system.post(large, {
      'content-type': 'application/json',
      'transfer-encoding': 'chunked',
    })
    expect(chunked.status).toBe(413)
    expect((await send(requestJson([spanJson()]))).status).toBe(200)
  })

  test('garbage: 400 with a status in the encoding of the request', async () => {
    const text = await system.post('{"resourceSpans": 5}')
    expect([text.status, json(text.body)]).toEqual([
      400,
      { code: 3, message: 'resourceSpans: an array is expected' },
    ])
    for (let round = 0; round < 200; round++) {
      const answer = await system.post(randomBytes(1 + round * 3), {
        'content-type': 'application/x-protobuf',
      })
      expect([200, 400]).toContain(answer.status)
      if (answer.status === 200) continue
      const reader = protobuf.Reader.create(answer.body)
      expect([reader.uint32(), reader.int32(), reader.uint32()]).toEqual([8, 3, 18])
      expect(reader.string()).toMatch(/^not an ExportTraceServiceRequest/)
    }
    expect((await system.post('[[[['.repeat(500_000))).status).toBe(400)
  })

  test('another type: 415, another method: 405, another path: 404, another host: 403', async () => {
    expect((await system.post('{}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await system.post('{}', {})).status).toBe(415)
    const get = await system.request('GET', '/v1/traces', '', { 'content-type': 'application/json' })
    expect([get.status, get.headers.allow]).toEqual([405, 'POST'])
    expect((await system.post('{}', undefined, '/v1/nothing')).status).toBe(404)
    const metrics = await system.post('{}', undefined, '/v1/metrics')
    expect([metrics.status, json(metrics.body).message]).toEqual([404, expect.stringMatching(/traces only/)])
    const rebound = await system.post('{}', { 'content-type': 'application/json', host: 'evil.example:4318' })
    expect(rebound.status).toBe(403)
    expect(rebound.headers['access-control-allow-origin']).toBeUndefined()
  })
})

test('more than can wait is turned away with 429 and the time to come back', async () => {
  const crowded = await startTestReceiver(inject('databaseUrl'), {
    batchLimits: { ...defaultBatchLimits, maxPendingSpans: 1, lingerMs: 300 },
  })
  try {
    const body = JSON.stringify(requestJson([spanJson()]))
    const first = crowded.post(body)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const second = await crowded.post(body)
    expect([second.status, second.headers['retry-after']]).toEqual([429, '1'])
    expect((await first).status).toBe(200)
    expect((await crowded.post(body)).status).toBe(200)
  } finally {
    await crowded.close()
  }
})

test('the intake says that it listens, and what it heard last', async () => {
  const one = await startTestReceiver(inject('databaseUrl'))
  const detail = async () => {
    const { rows } = await one.database.db.pool.query(
      `SELECT detail FROM source_freshness WHERE connection_id = '' AND source = 'span-intake'`,
    )
    return rows[0]?.detail
  }
  try {
    await expect.poll(detail).toMatch(/^listening on 127\.0\.0\.1:\d+, no span yet$/)
    await one.post(JSON.stringify(requestJson([spanJson()])))
    await expect.poll(detail, { timeout: 5_000 }).toMatch(/, last span 20.*Z$/)
  } finally {
    await one.close()
  }
})
