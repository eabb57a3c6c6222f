import { randomBytes } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Composition, compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import { searchFrame } from '#server/contracts/message-stream.ts'
import { problem } from '#server/contracts/problem.ts'
import { readEnv } from '#server/env.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { sse } from './sse.ts'
import { streamOperations } from './stream-operations.ts'

const topic = `streamed-${randomBytes(4).toString('hex')}`
let database: TestDatabase
let composition: Composition

const open = (query: string, connection = 'local', signal = AbortSignal.timeout(30_000)): Promise<Response> =>
  sse(streamOperations.searchMessages)(
    new Request(`http://localhost/api/${connection}/messages/search?${query}`, { signal }),
    { params: Promise.resolve({ connection }) },
  )

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  composition = compose(readEnv({ DATABASE_URL: database.url }), {
    connections: [connectionConfig.parse({ id: 'local', name: 'Local', brokers: inject('brokers') })],
  })
  const kept = globalThis as { spillwayComposition?: Composition }
  kept.spillwayComposition = composition
  const kafka = new Kafka({ brokers: inject('brokers').split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await makeTopics(admin, [{ topic, numPartitions: 1 }])
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ key: 'order-1', value: '{"n":9007199254740993}' }] })
  await producer.disconnect()
})
afterAll(async () => {
  await composition?.dispose()
  await database?.drop()
})

describe('the stream of a search', () => {
  it('gives frames of its contract with short ids, and ends with the report', async () => {
    const response = await open(
      `topics=${topic}&search=${encodeURIComponent('where:"value.n > 9007199254740992"')}`,
    )
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const events = (await response.text()).split('\n\n').filter((event) => event.includes('data: '))
    const frames = events.map((event) =>
      searchFrame.parse(JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '')),
    )
    expect(events.map((event) => /^id: (\w+)$/m.exec(event)?.[1])).toEqual(
      events.map((_, index) => (index + 1).toString(36)),
    )
    expect(frames.find(({ type }) => type === 'rows')).toMatchObject({ rows: [{ key: { text: 'order-1' } }] })
    expect(frames.at(-1)).toMatchObject({ type: 'done', scan: { stop: 'end', messages: '1' } })
  })
  it.each([
    [`topics=${topic}&search=size:x`, 'local', 400],
    ['topics=', 'local', 400],
    [`topics=${topic}&limit=100000`, 'local', 400],
    [`topics=nowhere-${topic}`, 'local', 404],
    [`topics=${topic}`, 'other', 404],
  ])('answers %s of %s as an ordinary error before it begins', async (query, connection, status) => {
    const response = await open(query, connection)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toContain('problem+json')
    expect(problem.parse(await response.json()).detail).not.toBe('')
  })
  it('is over when the browser goes', async () => {
    const leaving = new AbortController()
    const response = await open(`topics=${topic}&search=nothing`, 'local', leaving.signal)
    const reader = response.body?.getReader()
    await reader?.read()
    leaving.abort()
    for (;;) {
      const next = await reader?.read()
      if (!next || next.done) break
    }
    expect(leaving.signal.aborted).toBe(true)
  })
})
