import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { makeKafkaAdapter } from '#server/adapters/kafka/make-kafka-adapter.ts'
import { connectionConfig } from '#server/config.ts'
import type { ConnectionId, TopicName } from '#server/contracts/scalars.ts'
import type { Mask } from '#server/domain/masked-terms.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import type { Connection } from './deps.ts'
import { runScan } from './run-scan.ts'
import { runTail } from './run-tail.ts'

const topic = `masked-${Math.random().toString(36).slice(2, 8)}` as TopicName
const brokers = inject('brokers')
const hideCards: Mask = {
  hides: new Set(['value']),
  apply: (message) => ({
    ...message,
    value: {
      ...message.value,
      text: message.value.text?.replace(/"card": *"[^"]*"/g, '"card": "****"') ?? null,
    },
  }),
}
const connection: Connection = {
  id: 'local' as ConnectionId,
  name: 'Local',
  environment: { name: 'test', colour: 'grey', production: false },
  readOnly: false,
  editing: 'off',
  broker: makeKafkaAdapter(connectionConfig.parse({ id: 'local', name: 'Local', brokers })),
  registry: null,
  ledgerTopic: 'ledger' as TopicName,
  deadLetterTopics: [],
  masking: { maskOf: (name) => (name === topic ? hideCards : null) },
}
const { masking: _, ...bare } = connection
const call = () => ({ signal: AbortSignal.timeout(20_000) })
const producer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).producer()
const send = (from: number, count: number) =>
  producer.send({
    topic,
    messages: Array.from({ length: count }, (_, n) => ({
      value: JSON.stringify({ n: from + n, card: `4111-${from + n}` }),
    })),
  })

beforeAll(async () => {
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  await makeTopics(admin, [{ topic, numPartitions: 1 }])
  await admin.disconnect()
  await producer.connect()
  await send(0, 20)
})
afterAll(async () => {
  await producer.disconnect()
  await connection.broker.dispose()
})

const scan = async (search: string, on: Connection): Promise<number> => {
  const steps = runScan(
    on,
    {
      connection: on.id,
      topics: [{ topic }],
      search,
      nowMs: Date.now(),
      order: 'newest',
      isolation: 'committed',
      limit: 100,
      budget: { messages: 1e6, bytes: 1e8, milliseconds: 10_000 },
      choices: new Map(),
    },
    call(),
  )
  for (;;) {
    const next = await steps.next()
    if (!next.done) continue
    if (!next.value.ok) throw new Error(next.value.error.detail)
    return Number(next.value.value.matches)
  }
}
it.each([
  ['4111-7', 1],
  ['value:4111-7', 1],
  [`where:"value.card == '4111-7'"`, 1],
  ['-value:4111-7', 19],
  [`-where:"value.card == '4111-7'"`, 19],
])('a scan for %s judges what its reader may see', async (search, unmasked) => {
  expect(await scan(search, bare)).toBe(unmasked)
  expect(await scan(search, connection)).toBe(search.startsWith('-') ? 20 : 0)
})

it('a tail judges what its reader may see', async () => {
  const stopping = new AbortController()
  const follow = async (search: string) => {
    const found: (string | null)[] = []
    const steps = runTail(
      connection,
      {
        connection: connection.id,
        topics: [topic],
        search,
        nowMs: Date.now(),
        isolation: 'committed',
        choices: new Map(),
        limit: 10,
      },
      { signal: stopping.signal },
    )
    // It stands at the end of the topic with its first step.
    await steps.next()
    const reading = (async () => {
      for await (const { rows } of steps) found.push(...rows.map(({ value }) => value.text))
    })()
    return { found, reading }
  }
  const [hidden, seen] = [await follow('4111-42'), await follow('value:"\\"n\\": 42"')]
  await send(42, 1)
  await expect.poll(() => seen.found.length, { timeout: 10_000 }).toBe(1)
  await send(43, 1)
  expect(hidden.found).toEqual([])
  stopping.abort()
  await Promise.all([hidden.reading, seen.reading])
})
