import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Composition, compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import { endpoints } from '#server/contracts/endpoints.ts'
import { type MessageDraft, messageDraft, produceRequest } from '#server/contracts/produce.ts'
import type { Position, TopicName } from '#server/contracts/scalars.ts'
import { readEnv } from '#server/env.ts'
import { readAuditHead } from '#server/repositories/audit.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { composeLocal, good, meansOf, quietKafka, testCall } from './console-fixture.ts'
import type { Actor } from './deps.ts'
import { checkMessage } from './prepare-message.ts'
import { produceMessage } from './produce-message.ts'
import { showMessage } from './show-message.ts'

const topic = `produce-${randomBytes(4).toString('hex')}` as TopicName
const compacted = `${topic}-compacted` as TopicName
const actor: Actor = { name: 'tester', permissions: new Set() }

let database: TestDatabase
let open: Composition
let closed: Composition

const register = async (subject: string, body: object): Promise<number> => {
  const response = await fetch(`${inject('registryUrl')}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return ((await response.json()) as { id: number }).id
}

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  open = composeLocal(database, inject('brokers'), inject('registryUrl'))
  closed = compose(readEnv({ DATABASE_URL: database.url }), {
    connections: [
      connectionConfig.parse({ id: 'local', name: 'Local', brokers: inject('brokers'), readOnly: true }),
    ],
  })
  const admin = quietKafka(inject('brokers')).admin()
  await admin.connect()
  await makeTopics(admin, [
    {
      topic,
      numPartitions: 3,
      configEntries: [
        { name: 'max.message.bytes', value: '2000' },
        // One of its messages is of a time long past: retention would delete it under the test.
        { name: 'retention.ms', value: '-1' },
      ],
    },
    { topic: compacted, numPartitions: 1, configEntries: [{ name: 'cleanup.policy', value: 'compact' }] },
  ])
  await admin.disconnect()
  const schema = JSON.stringify({
    type: 'record',
    name: 'Order',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 2 } },
      { name: 'note', type: ['null', 'string'], default: null },
    ],
  })
  await register(`${topic}-value`, { schema })
  await register(`${topic}-proto`, {
    schemaType: 'PROTOBUF',
    schema: 'syntax = "proto3"; message A { string x = 1; } message B { int64 n = 1; }',
  })
})

afterAll(async () => {
  const admin = quietKafka(inject('brokers')).admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [topic, compacted] }).catch(() => {})
  await admin.disconnect()
  await open?.dispose()
  await closed?.dispose()
  await database?.drop()
})

const draftOf = (more: Partial<MessageDraft> = {}): MessageDraft => ({
  partition: null,
  key: { as: 'text', text: 'order-1' },
  value: { as: 'json', text: '{"n":1}' },
  headers: [],
  timestampMs: null,
  ...more,
})
const check = (more: Partial<MessageDraft> = {}, to = topic) =>
  good(
    endpoints.checkMessage.output,
    checkMessage(...meansOf(open), { topic: to, draft: messageDraft.parse(draftOf(more)) }, testCall()),
  )
const produce = (more: Partial<MessageDraft> = {}, idempotencyKey: string = randomUUID(), to = topic) =>
  produceMessage(
    ...meansOf(open),
    actor,
    { topic: to, request: produceRequest.parse({ ...draftOf(more), idempotencyKey }) },
    testCall(),
  )
const produced = (...given: Parameters<typeof produce>) =>
  good(endpoints.produceMessage.output, produce(...given))
const read = (position: string | null, from = topic) =>
  good(
    endpoints.showMessage.output,
    showMessage(...meansOf(open), { topic: from, position: position as Position }, testCall()),
  )
const lastAuditId = async () => (await readAuditHead(database.db)).lastId
const auditRows = async (afterId: bigint) =>
  (
    await database.db.pool.query<{ action: string; target: string; result: string; detail: string }>(
      'SELECT action, target, result, detail FROM audit_entry WHERE id > $1 ORDER BY id',
      [afterId.toString()],
    )
  ).rows

describe('a produced message', () => {
  it('is on the broker to the byte: headers in order with duplicates, nulls and bytes, its time, its partition', async () => {
    const { position, partition } = await produced({
      partition: 2,
      key: { as: 'hex', text: '00 ff 10' },
      value: { as: 'base64', text: Buffer.from([0, 1, 254]).toString('base64') },
      headers: [
        { name: 'a', as: 'text', text: 'é' },
        { name: 'b', as: 'null' },
        { name: 'a', as: 'hex', text: 'ff' },
        { name: '', as: 'text', text: '' },
      ],
      timestampMs: '1700000000123',
    })
    expect(partition).toBe(2)
    const message = await read(position)
    const hex = (base64: string | null) =>
      base64 === null ? null : Buffer.from(base64, 'base64').toString('hex')
    expect([hex(message.key.raw), hex(message.value.raw), message.timestampMs]).toEqual([
      '00ff10',
      '0001fe',
      1_700_000_000_123,
    ])
    expect(message.headers.map(({ name, raw }) => [name, hex(raw)])).toEqual([
      ['a', 'c3a9'],
      ['b', null],
      ['a', 'ff'],
      ['', ''],
    ])
  })

  it('is encoded by the latest version of a subject, every digit kept, and goes where its key leads', async () => {
    const value = {
      as: 'schema' as const,
      schema: { subject: `${topic}-value`, version: 'latest' as const },
      text: '{"id": 9007199254740993, "price": 12345678901234567.89}',
    }
    const { partition } = await check({ value })
    const sent = await produced({ value })
    expect(sent.partition).toBe(partition.number)
    const message = await read(sent.position)
    expect(message.value.kind).toBe('avro')
    expect(message.value.text?.replaceAll(/\s/g, '')).toBe(
      '{"id":9007199254740993,"price":12345678901234567.89,"note":null}',
    )
  })

  it('is a chosen Protobuf message of a schema', async () => {
    const value = {
      as: 'schema' as const,
      schema: { subject: `${topic}-proto`, version: 1 },
      text: '{"n": 9007199254740993}',
      message: 'B',
    }
    expect((await check({ value })).value.schema?.messages).toEqual(['A', 'B'])
    const message = await read((await produced({ value })).position)
    expect(message.value.text?.replaceAll(/\s/g, '')).toBe('{"n":9007199254740993}')
  })

  it('made from another is its very bytes', async () => {
    const first = await produced({ key: { as: 'text', text: 'é' }, value: { as: 'hex', text: 'deadbeef00' } })
    const again = await produced({
      key: { as: 'original' },
      value: { as: 'original' },
      original: { topic, position: first.position as Position },
    })
    const [a, b] = [await read(first.position), await read(again.position)]
    expect([b.key.raw, b.value.raw]).toEqual([a.key.raw, a.value.raw])
    expect(again.position).not.toBe(first.position)
  })

  it('may be a tombstone, which is said', async () => {
    const value = { as: 'null' as const }
    expect((await check({ value }, compacted)).notes[0]).toContain(
      'Compaction removes every earlier message of this key',
    )
    expect((await check({ value })).notes[0]).toContain('This topic is not compacted')
    expect(
      (await read((await produced({ value }, undefined, compacted)).position, compacted)).isTombstone,
    ).toBe(true)
  })
})

describe('before anything is sent', () => {
  it('a payload that does not fit its schema is refused at the field', async () => {
    const value = {
      as: 'schema' as const,
      schema: { subject: `${topic}-value`, version: 'latest' as const },
      text: '{"id": "x", "note": 5}',
    }
    const checked = await check({ value })
    expect(checked.maySend).toBe(false)
    expect(checked.value.problems).toEqual([
      { path: 'id', message: 'must be a whole number, is the text "x"' },
      { path: 'price', message: 'is missing, and the schema has no default for it (bytes (decimal))' },
      { path: 'note', message: 'must be a text, is the number 5' },
    ])
    expect(await produce({ value })).toMatchObject({
      ok: false,
      error: { code: 'invalid-request', detail: 'Value, id: must be a whole number, is the text "x"' },
    })
  })

  it('size, partition, key and schema are checked', async () => {
    const large = await check({ value: { as: 'text', text: 'x'.repeat(2_000) } })
    expect(large.problems[0]).toMatch(
      /^The message is 20\d\d bytes with its batch; the topic takes at most 2000/,
    )
    expect((await check({ partition: 3 })).problems).toEqual([
      `${topic} has no partition 3: it has 3, counted from 0.`,
    ])
    expect((await check({ key: { as: 'null' } }, compacted)).problems[0]).toContain(
      'takes no message without a key',
    )
    const unknown = await check({ value: { as: 'schema', schema: { id: 999_999 }, text: '{}' } })
    expect(unknown.value.problems[0]?.message).toContain('Schema 999999')
    expect((await check({ headers: [{ name: 'h', as: 'hex', text: 'z' }] })).headers).toEqual([
      { index: 0, message: '"z" is no hexadecimal digit' },
    ])
  })

  it('the size that is shown is the one at which the broker refuses', async () => {
    const base = (await check({ value: { as: 'text', text: 'x'.repeat(1_800) } })).sizeBytes ?? 0
    const fits = 'x'.repeat(1_800 + 2_000 - base)
    expect((await check({ value: { as: 'text', text: fits } })).sizeBytes).toBe(2_000)
    expect(await produce({ value: { as: 'text', text: fits } })).toMatchObject({ ok: true })
    const [, connection] = meansOf(open)
    const refused = await connection.broker.publisher?.send(
      [
        {
          topic,
          partition: 0,
          key: Buffer.from('order-1'),
          value: Buffer.from(`${fits}x`),
          headers: [],
          timestampMs: null,
        },
      ],
      testCall(),
    )
    expect(refused).toMatchObject({ ok: false, error: { kind: 'invalid' } })
  })

  it('a topic that is not there is named', async () => {
    expect(await produce({}, undefined, `${topic}-nowhere` as TopicName)).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    })
  })
})

describe('sending once', () => {
  it('two requests with one key send one message, and both answer where it is', async () => {
    const key = randomUUID()
    const value = { as: 'text' as const, text: 'only once' }
    const [a, b] = await Promise.all([produced({ value }, key), produced({ value }, key)])
    expect(a.position).toBe(b.position)
    expect([a.repeated, b.repeated].sort()).toEqual([false, true])
    expect((await produced({ value }, key)).position).toBe(a.position)
    expect(await produce({ value: { as: 'text', text: 'another' } }, key)).toMatchObject({
      ok: false,
      error: { code: 'conflict' },
    })
  })

  it('a sending whose process has ended is not repeated, and it is said that its end is not known', async () => {
    const key = randomUUID()
    await produced({}, key)
    await database.db.pool.query(
      "UPDATE produced_message SET state = 'sending', at = now() - interval '2 minutes' WHERE id = $1",
      [key],
    )
    expect(await produce({}, key)).toMatchObject({
      ok: false,
      error: {
        code: 'conflict',
        detail: expect.stringContaining('not known whether the message was written'),
      },
    })
  })
})

describe('the audit', () => {
  it('tells place and sizes, never the payload', async () => {
    const before = await lastAuditId()
    const { position } = await produced({
      key: { as: 'text', text: 'secret-key' },
      value: { as: 'text', text: 'secret' },
    })
    const rows = await auditRows(before)
    expect(rows).toMatchObject([
      { action: 'produce message', target: topic, result: 'allowed' },
      { action: 'message produced', target: `${topic} ${position}`, result: 'allowed' },
    ])
    expect(rows[0]?.detail).toContain('key 10 bytes, value 6 bytes, 0 headers')
    expect(JSON.stringify(rows)).not.toContain('secret')
  })

  it('tells of a refusal on a read-only connection, which says why', async () => {
    const before = await lastAuditId()
    const request = produceRequest.parse({ ...draftOf(), idempotencyKey: randomUUID() })
    const refused = await produceMessage(...meansOf(closed), actor, { topic, request }, testCall())
    expect(refused).toMatchObject({ ok: false, error: { code: 'read-only-connection' } })
    expect(await auditRows(before)).toMatchObject([{ action: 'produce message', result: 'refused' }])
    const checked = await checkMessage(
      ...meansOf(closed),
      { topic, draft: messageDraft.parse(draftOf()) },
      testCall(),
    )
    expect(checked.ok && checked.value.refusal).toContain('Local is read-only')
    expect(checked.ok && checked.value.maySend).toBe(false)
  })

  it('asks production for the name of the topic', async () => {
    const production = composeLocal(database, inject('brokers'), inject('registryUrl'), {
      environment: { name: 'production', colour: 'red', production: true },
    })
    const send = (confirm: string) =>
      produceMessage(
        ...meansOf(production),
        actor,
        { topic, request: produceRequest.parse({ ...draftOf(), idempotencyKey: randomUUID(), confirm }) },
        testCall(),
      )
    try {
      const detail = expect.stringContaining(`Type ${topic} to confirm`)
      expect(await send('')).toMatchObject({ ok: false, error: { code: 'invalid-request', detail } })
      expect(await send(topic)).toMatchObject({ ok: true })
    } finally {
      await production.dispose()
    }
  })
})
