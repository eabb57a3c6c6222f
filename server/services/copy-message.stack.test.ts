import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Composition } from '#server/composition.ts'
import { endpoints } from '#server/contracts/endpoints.ts'
import type { Position, TopicName } from '#server/contracts/scalars.ts'
import type { OutgoingMessage } from '#server/ports/publisher.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { composeLocal, good, meansOf, quietKafka, testCall } from './console-fixture.ts'
import { copyMessage } from './copy-message.ts'

const topic = `copy-${randomBytes(4).toString('hex')} 'x'`.replaceAll(/[ ']/g, '.') as TopicName
const hasKcat = spawnSync('kcat', ['-V']).status === 0

let database: TestDatabase
let composition: Composition

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  composition = composeLocal(database, inject('brokers'), inject('registryUrl'))
  const admin = quietKafka(inject('brokers')).admin()
  await admin.connect()
  // Its messages are of times long past: retention would delete them under the test.
  await makeTopics(admin, [
    { topic, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '-1' }] },
  ])
  await admin.disconnect()
})

afterAll(async () => {
  const admin = quietKafka(inject('brokers')).admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [topic] }).catch(() => {})
  await admin.disconnect()
  await composition?.dispose()
  await database?.drop()
})

type Content = Pick<OutgoingMessage, 'key' | 'value' | 'headers'>
const write = async (content: Content): Promise<bigint> => {
  const [, { broker }] = meansOf(composition)
  const sent = await broker.publisher?.send(
    [{ topic, partition: 1, timestampMs: 1_700_000_000_123n, ...content }],
    testCall(),
  )
  if (!sent?.ok) throw new Error('not sent')
  return sent.value[0]?.offset ?? -1n
}
const readAt = async (offset: bigint) => {
  const [, { broker }] = meansOf(composition)
  const read = await broker.messages?.readAt(topic, 1, offset, testCall())
  if (!read?.ok) throw new Error('not read')
  return read.value
}
const copiesAt = (offset: bigint) =>
  good(
    endpoints.copyMessage.output,
    copyMessage(
      ...meansOf(composition),
      { topic, position: `1@${offset}` as Position, origin: 'http://localhost:3000' },
      testCall(),
    ),
  )
const run = (line: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', line], { stdio: ['ignore', 'pipe', 'inherit'] })
    const out: Buffer[] = []
    child.stdout.on('data', (data: Buffer) => out.push(data))
    child.on('close', (code) =>
      code === 0 ? resolve(Buffer.concat(out)) : reject(new Error(`${line}: ${code}`)),
    )
  })
const bytes = (text: string) => Buffer.from(text)

const contents: Readonly<Record<string, Content>> = {
  plain: { key: bytes('order-1'), value: bytes('{"n": 9007199254740993}'), headers: [] },
  'quotes, dollars, lines': {
    key: bytes(`it's "$HOME" \`id\`\n\\n`),
    value: bytes(`a\nb\n'; rm -rf /tmp/nothing; echo '\n`),
    headers: [
      { name: 'h', value: bytes(`o'neil $x`) },
      { name: 'h', value: bytes('again=twice') },
    ],
  },
  bytes: { key: Buffer.from([0, 255, 10]), value: Buffer.from([0, 1, 254, 10, 0]), headers: [] },
  'no key': { key: null, value: bytes('v'), headers: [] },
  tombstone: { key: bytes('k'), value: null, headers: [{ name: 'why', value: bytes('gone') }] },
  'null header': {
    key: bytes('k'),
    value: bytes('v'),
    headers: [
      { name: 'a', value: null },
      { name: 'b', value: bytes('') },
    ],
  },
  'empty key and value': { key: bytes(''), value: bytes(''), headers: [] },
}

describe.skipIf(!hasKcat)('the commands of kcat, in a real shell', () => {
  it.each(Object.entries(contents))('produce again to the byte: %s', async (_, content) => {
    const offset = await write(content)
    const { kcatProduce } = await copiesAt(offset)
    if (!('command' in kcatProduce)) throw new Error(kcatProduce.problem)
    await run(kcatProduce.command)
    const { key, value, headers } = await readAt(offset + 1n)
    const plain = (one: Content) => ({
      key: one.key === null ? null : Buffer.from(one.key).toString('hex'),
      value: one.value === null ? null : Buffer.from(one.value).toString('hex'),
      headers: one.headers.map((header) => [
        header.name,
        header.value === null ? null : Buffer.from(header.value).toString('hex'),
      ]),
    })
    expect(plain({ key, value, headers })).toEqual(plain(content))
  })

  it('consume exactly the one', async () => {
    const offset = await write({ key: null, value: bytes('this one'), headers: [] })
    await write({ key: null, value: bytes('not this one'), headers: [] })
    const { kcatConsume } = await copiesAt(offset)
    expect(kcatConsume).toContain(`-t ${topic} -p 1 -o ${offset} -c 1`)
    expect((await run(kcatConsume)).toString()).toBe('this one\n')
  })

  it('say what kcat can not send', async () => {
    const offset = await write({
      key: null,
      value: null,
      headers: [{ name: 'trace', value: Buffer.from([255, 0]) }],
    })
    expect((await copiesAt(offset)).kcatProduce).toMatchObject({
      problem: expect.stringContaining('kcat can not send the header "trace"'),
    })
  })
})

describe('as JSON and curl', () => {
  it('nothing is lost: digits, headers in order with duplicates and nulls, bytes', async () => {
    const offset = await write({
      key: Buffer.from([255, 0]),
      value: bytes('{"n": 9007199254740993, "x": 1.10}'),
      headers: [
        { name: 'a', value: bytes('1') },
        { name: 'b', value: null },
        { name: 'a', value: Buffer.from([255]) },
      ],
    })
    const { json } = await copiesAt(offset)
    expect(json).toBe(
      `{"topic":"${topic}","partition":1,"offset":${offset},"timestampMs":1700000000123,"timestampType":"create","headers":[{"name":"a","text":"1"},{"name":"b","text":null},{"name":"a","base64":"/w=="}],"key":{"kind":"bytes","base64":"/wA="},"value":{"kind":"json","json":{"n": 9007199254740993, "x": 1.10}}}`,
    )
  })

  it('name the message by its address, quoted', async () => {
    const offset = await write({ key: null, value: bytes("it's"), headers: [] })
    const { curlRead, curlProduce } = await copiesAt(offset)
    expect(curlRead).toBe(`curl -fsS http://localhost:3000/api/local/topics/${topic}/messages/1%40${offset}`)
    const shown = await run(curlProduce.replace('curl', "printf '%s\\n'"))
    const body = JSON.parse(
      shown
        .toString()
        .split('\n')
        .find((line) => line.startsWith('{')) ?? '',
    )
    expect(body).toMatchObject({
      partition: 1,
      value: { as: 'base64', text: bytes("it's").toString('base64') },
    })
    expect(endpoints.produceMessage.body.safeParse(body).success).toBe(true)
  })
})
