import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Composition, compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import { type DecoderChoice, topicDecoders } from '#server/contracts/decoders.ts'
import { messageDetail, messageList } from '#server/contracts/messages.ts'
import type { Position, TopicName } from '#server/contracts/scalars.ts'
import { avroLong } from '#server/domain/payload/avro-long.ts'
import { readEnv } from '#server/env.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { commitOffsets } from '#server/sandbox/stack/commit-offsets.ts'
import { type HttpFaultProxy, startHttpFaultProxy } from '#server/sandbox/stack/fault-proxy.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { chooseDecoder, showDecoders } from './choose-decoder.ts'
import { good, meansOf, quietKafka, testCall } from './console-fixture.ts'
import type { Actor } from './deps.ts'
import { listMessages } from './list-messages.ts'
import { readPayload } from './read-payload.ts'
import { searchWhole } from './search-fixture.ts'
import { showMessage } from './show-message.ts'

const run = randomBytes(4).toString('hex')
const topic = `decoding-${run}` as TopicName
const group = `decoding-group-${run}`
/** Typed by hand, as is the header that carries it: the registry of the stack gives no GUIDs. */
const guid = '5f3c1b52-0d8e-4a3b-9c39-0a6c8a0b1d2e'
const exact = '9007199254740993'
const actor: Actor = { name: 'Ada', permissions: new Set() }

let database: TestDatabase
let proxy: HttpFaultProxy
let folder: string
let console_: Composition
let schemaId: number
const means = () => meansOf(console_)

const composeThis = () =>
  compose(readEnv({ DATABASE_URL: database.url }), {
    connections: [
      connectionConfig.parse({
        id: 'local',
        name: 'Local',
        brokers: inject('brokers'),
        registry: { url: proxy.url },
        protobuf: { files: folder, types: [{ topics: `^${topic}-proto$`, type: 'shop.Order' }] },
      }),
    ],
  })

const register = async (): Promise<number> => {
  const response = await fetch(`${inject('registryUrl')}/subjects/${topic}-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: `{"type":"long","doc":"${run}"}` }),
  })
  return ((await response.json()) as { id: number }).id
}

const prefix = (id: number) => {
  const bytes = Buffer.alloc(5)
  bytes.writeInt32BE(id, 1)
  return bytes
}
const large = JSON.stringify({ rows: Array.from({ length: 4_000 }, (_, id) => ({ id, text: 'order line' })) })

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  proxy = await startHttpFaultProxy(inject('registryUrl'))
  folder = await mkdtemp(path.join(tmpdir(), 'protos-'))
  await writeFile(
    path.join(folder, 'order.proto'),
    'syntax = "proto3"; package shop; message Order { int64 id = 1; }',
  )
  console_ = composeThis()
  schemaId = await register()
  const kafka = quietKafka(inject('brokers'))
  const admin = kafka.admin()
  await admin.connect()
  await makeTopics(
    admin,
    [{ topic }, { topic: `${topic}-proto` }].map((one) => ({ ...one, numPartitions: 1 })),
  )
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({
    topic,
    messages: [
      { key: 'avro', value: Buffer.concat([prefix(schemaId), avroLong.toBuffer(BigInt(exact))]) },
      {
        key: 'guid',
        value: avroLong.toBuffer(BigInt(exact)),
        headers: {
          __value_schema_id: Buffer.concat([Buffer.from([1]), Buffer.from(guid.replaceAll('-', ''), 'hex')]),
        },
      },
      { key: 'large', value: large },
      { key: 'none', value: null },
    ],
  })
  await producer.send({
    topic: `${topic}-proto`,
    messages: [{ value: Buffer.from('088180808080808010', 'hex') }],
  })
  await producer.disconnect()
  await commitOffsets([inject('brokers')], group, topic, [3])
  await admin.disconnect()
  const transactional = kafka.producer({
    transactionalId: `decoding-tx-${run}`,
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await transactional.connect()
  const transaction = await transactional.transaction()
  await transaction.send({ topic, messages: [{ key: 'in a transaction', value: '1' }] })
  await transaction.commit()
  await transactional.disconnect()
})
afterAll(async () => {
  await console_.dispose()
  await proxy.stop()
  await database.drop()
  await rm(folder, { recursive: true })
})

const detailAt = async (offset: number, from = means()) =>
  good(messageDetail, showMessage(...from, { topic, position: `0@${offset}` as Position }, testCall()))
const listOf = async (name: TopicName) =>
  good(messageList, listMessages(...means(), { topic: name, limit: 100 }, testCall()))
const searchIn = async (topics: string, search: string) =>
  (await searchWhole(means(), { topics, search, limit: 100 })).rows
const choose = (decoder: DecoderChoice | null, side: 'key' | 'value' = 'value') =>
  chooseDecoder(...means(), actor, { topic, side, decoder }, testCall())

describe('messages of a real broker and registry', () => {
  it('keep every digit of Avro above 2^53, and say why every other decoder was not taken', async () => {
    const { value } = await detailAt(0)
    expect(value).toMatchObject({
      kind: 'avro',
      text: exact,
      schema: { id: schemaId, name: `${topic}-value` },
    })
    expect(value.reports?.find(({ decoder }) => decoder === 'JSON')?.outcome).toBe('refused')
  })
  it('are read by the configured .proto files', async () => {
    const { messages } = await listOf(`${topic}-proto` as TopicName)
    expect(messages[0]?.value).toMatchObject({ kind: 'protobuf', text: `{\n  "id": ${exact}\n}` })
  })
  it('__consumer_offsets tell who committed what, and by which kind of record', async () => {
    const messages = await searchIn('__consumer_offsets', group)
    const commit = messages.find(({ key }) => key.text?.includes(group) && key.text.includes('OffsetCommit'))
    expect(JSON.parse(commit?.key.text ?? '{}')).toEqual({
      record: 'OffsetCommit',
      group,
      topic,
      partition: 0,
    })
    expect(JSON.parse(commit?.value.text ?? '{}')).toMatchObject({ offset: 3 })
    for (const { key } of (await listOf('__consumer_offsets' as TopicName)).messages)
      expect([key.kind, key.problem]).toEqual(['kafka-record', null])
  })
  it('__transaction_state tells what became of a transaction', async () => {
    const messages = await searchIn('__transaction_state', `decoding-tx-${run}`)
    const states = messages.map(({ value }) => JSON.parse(value.text ?? '{}').transactionStatus)
    expect(states).toContain('CompleteCommit')
    expect(states).toContain('Ongoing')
    expect(messages[0]?.key.text).toContain(`decoding-tx-${run}`)
  })
})

describe('a schema named by GUID', () => {
  it.each([404, 405, 500])(
    'of a registry that answers %i is told, and the payload is read otherwise',
    async (status) => {
      proxy.answer({ path: /\/guids\//, status })
      const fresh = composeThis()
      const { value, registryProblem } = await detailAt(1, meansOf(fresh))
      await fresh.dispose()
      proxy.heal()
      expect(value.kind).toBe('bytes')
      expect(value.problem).toContain(`Schema GUID ${guid}`)
      expect(registryProblem).toBeNull()
    },
  )
  it('is read where the registry knows it', async () => {
    proxy.answer({ path: /\/guids\//, status: 200, body: '{"schema":"\\"long\\""}' })
    const fresh = composeThis()
    const { value } = await detailAt(1, meansOf(fresh))
    await fresh.dispose()
    proxy.heal()
    expect(value).toMatchObject({ kind: 'avro', text: exact, schema: { id: null, guid } })
  })
})

describe('an operator’s choice', () => {
  it('holds for lists, single messages and everybody, until it is taken back', async () => {
    await good(topicDecoders, choose('hex'))
    const { messages } = await listOf(topic)
    expect(messages.map(({ value }) => value.kind)).toEqual(['bytes', 'null', 'bytes', 'bytes', 'bytes'])
    expect(messages[0]?.value.choice).toEqual({ decoder: 'hex', name: 'Hexadecimal', fits: true })
    const other = composeThis()
    expect((await detailAt(0, meansOf(other))).value.kind).toBe('bytes')
    await other.dispose()
    const decoders = await good(topicDecoders, showDecoders(...means(), topic, testCall()))
    expect(decoders.value).toMatchObject({ decoder: 'hex', by: 'Ada' })
    expect(decoders.protoTypes).toEqual(['shop.Order'])
    await good(topicDecoders, choose(null))
    expect((await detailAt(0)).value.kind).toBe('avro')
  })
  it('of a schema by its id reads what names none', async () => {
    await good(topicDecoders, choose(`schema:${schemaId}`))
    expect((await detailAt(1)).value).toMatchObject({ kind: 'avro', text: exact })
    await good(topicDecoders, choose(null))
  })
  it('that can not be is refused with the reason', async () => {
    for (const decoder of ['schema:987654', 'proto:shop.None'] as const)
      expect(await choose(decoder)).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
  })
})

describe('a large payload', () => {
  const read = async (more: object) => {
    const [deps, connection] = means()
    const answer = await readPayload(
      deps,
      connection,
      { topic, position: '0@2' as Position, side: 'value', as: 'raw', from: 0, file: false, ...more },
      testCall(),
    )
    if (!answer.ok) throw new Error(answer.error.detail)
    return { ...answer.value, text: Buffer.concat([...answer.value.chunks]).toString() }
  }
  it('comes with its first 64 kB, and says so', async () => {
    const { value } = await detailAt(2)
    expect([value.truncated, value.isJson, value.text?.length]).toEqual([true, false, 65_536])
    expect(value.sizeBytes).toBe(large.length)
  })
  it('is read whole, as it was written, or a range of its bytes', async () => {
    expect((await read({ as: 'text' })).text).toBe(large)
    expect((await read({ from: 10, bytes: 20 })).text).toBe(large.slice(10, 30))
    expect((await read({ file: true })).fileName).toBe(`${topic}-0@2-value.bin`)
  })
  it('that is null has no bytes to read', async () => {
    await expect(read({ position: '0@3' })).rejects.toThrow('is null')
  })
})
