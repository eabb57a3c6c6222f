import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { Composition } from '#server/composition.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { topicFormats } from '#server/contracts/topics.ts'
import { writeSampleProblem } from '#server/repositories/schema-samples.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { composeLocal, good, meansOf, quietKafka, testCall } from './console-fixture.ts'
import { listTopicFormats } from './list-topic-formats.ts'

const run = randomBytes(4).toString('hex')
const topicOf = (what: string) => `formats-${run}-${what}` as TopicName
const schemas = {
  avro: { schemaType: 'AVRO', schema: `{"type":"long","doc":"${run}"}` },
  protobuf: { schemaType: 'PROTOBUF', schema: `syntax = "proto3"; message Paid${run} { int64 id = 1; }` },
  'json-schema': {
    schemaType: 'JSON',
    schema: `{"$schema":"http://json-schema.org/draft-07/schema#","title":"T${run}","type":"object"}`,
  },
} as const
/** Payloads of which each follows the five bytes that name its schema. */
const bodies = {
  avro: Buffer.from([20]),
  protobuf: Buffer.from([0, 8, 10]),
  'json-schema': Buffer.from('{"a":1}'),
} as const
const names = Object.keys(schemas) as (keyof typeof schemas)[]
const [mixed, empty] = [topicOf('mixed'), topicOf('empty')]

let database: TestDatabase
let composition: Composition

const register = async (name: keyof typeof schemas): Promise<number> => {
  const response = await fetch(`${inject('registryUrl')}/subjects/${topicOf(name)}-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify(schemas[name]),
  })
  if (!response.ok) throw new Error(await response.text())
  return ((await response.json()) as { id: number }).id
}

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  composition = composeLocal(database, inject('brokers'), inject('registryUrl'))
  const kafka = quietKafka(inject('brokers'))
  const admin = kafka.admin()
  await admin.connect()
  const topics = [...names.map(topicOf), mixed, empty]
  await makeTopics(
    admin,
    topics.map((topic) => ({ topic, numPartitions: 1 })),
  )
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  for (const name of names) {
    const head = Buffer.alloc(5)
    head.writeInt32BE(await register(name), 1)
    const value = Buffer.concat([head, bodies[name]])
    await producer.send({
      topic: topicOf(name),
      messages: [
        { key: 'k', value },
        { key: 'k', value },
      ],
    })
  }
  const values = ['{"a":1}', '{"a":2}', 'plain words', null]
  await producer.send({ topic: mixed, messages: values.map((value) => ({ key: 'k', value })) })
  await producer.disconnect()
})
afterAll(async () => {
  const admin = quietKafka(inject('brokers')).admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [...names.map(topicOf), mixed, empty] }).catch(() => {})
  await admin.disconnect()
  await composition?.dispose()
  await database?.drop()
})

it('tells what the newest messages of topics decode as, with a schema or without, without nulls, from the one sample', async () => {
  const [deps, connection] = meansOf(composition)
  const asked = [...names.map(topicOf), mixed, empty]
  const list = () => good(topicFormats, listTopicFormats(deps, connection, asked, testCall()))
  const isWhole = async () => {
    const { topics, partial } = await list()
    expect(partial).toBe(topics.length < asked.length)
    return topics.length === asked.length ? topics : Promise.reject(new Error('not all sampled yet'))
  }
  // What takes longer than one request comes with the next.
  const topics = await isWhole().catch(isWhole).catch(isWhole)
  expect(
    Object.fromEntries(topics.map(({ topic, key, value, messages }) => [topic, { key, value, messages }])),
  ).toEqual({
    ...Object.fromEntries(
      names.map((name) => [topicOf(name), { key: ['text'], value: [name], messages: 2 }]),
    ),
    [mixed]: { key: ['text'], value: ['json', 'text'], messages: 4 },
    [empty]: { key: [], value: [], messages: 0 },
  })
  expect(topics.map(({ problem }) => problem)).toEqual(asked.map(() => null))
  // The table is the memory: who asks again, of whichever process, gets the sample that is there.
  const [again] = (await list()).topics
  expect(again).toEqual(topics.find(({ topic }) => topic === again?.topic))
  const { rows } = await deps.db.pool.query(
    `SELECT formats, format FROM schema_sample WHERE topic = $1 AND side = 'value'`,
    [topicOf('avro')],
  )
  expect(rows).toEqual([{ formats: ['avro'], format: null }])
})

it('answers what is known in time of a registry that does not answer, and writes nothing of what was cut short', async () => {
  const own = await createTestDatabase(inject('databaseUrl'))
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const quick = composeLocal(own, inject('brokers'), inject('registryUrl'))
  const slow = composeLocal(own, inject('brokers'), `http://127.0.0.1:${port}`)
  try {
    await good(topicFormats, listTopicFormats(...meansOf(quick), [mixed], testCall()))
    const [deps, connection] = meansOf(slow)
    const asked = [mixed, ...names.map(topicOf)]
    const startedAt = performance.now()
    const told = await good(topicFormats, listTopicFormats(deps, connection, asked, testCall()))
    expect(performance.now() - startedAt).toBeLessThan(6_000)
    expect(told).toMatchObject({ partial: true, topics: [{ topic: mixed, value: ['json', 'text'] }] })
    const { rows } = await deps.db.pool.query('SELECT DISTINCT topic FROM schema_sample')
    expect(rows).toEqual([{ topic: mixed }])
  } finally {
    silent.closeAllConnections()
    silent.close()
    await Promise.all([quick.dispose(), slow.dispose()])
    await own.drop()
  }
})

it('leaves out topics that are not there, and forgets what was seen in them', async () => {
  const [deps, connection] = meansOf(composition)
  const gone = topicOf('gone')
  await writeSampleProblem(deps.db, connection.id, gone, 0, 'It was there once.')
  const told = await good(topicFormats, listTopicFormats(deps, connection, [gone], testCall()))
  expect(told).toEqual({ topics: [], partial: false })
  const { rows } = await deps.db.pool.query('SELECT topic FROM schema_sample WHERE topic = $1', [gone])
  expect(rows).toEqual([])
})
