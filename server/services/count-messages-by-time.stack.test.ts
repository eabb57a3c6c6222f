import { Kafka, logLevel, type Producer } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Composition } from '#server/composition.ts'
import { messageHistogram, messageHistogramQuery } from '#server/contracts/message-histogram.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { composeLocal, meansOf } from './console-fixture.ts'
import { countMessagesByTime } from './count-messages-by-time.ts'

const run = Math.random().toString(36).slice(2, 8)
const kafka = new Kafka({ brokers: inject('brokers').split(','), logLevel: logLevel.NOTHING })
const admin = kafka.admin()
let producer: Producer
const sinceMs = Date.UTC(2026, 10, 20, 8)
const untilMs = sinceMs + 3_600_000
const clock = { nowMs: () => untilMs + 60_000 }
const call = () => ({ signal: AbortSignal.timeout(20_000) })

let database: TestDatabase
let console_: Composition

const makeTopic = async (what: string, settings: Record<string, string> = {}): Promise<string> => {
  const topic = `histogram-${run}-${what}`
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
  await makeTopics(admin, [{ topic, numPartitions: 3, configEntries }])
  return topic
}
const send = (topic: string, timesMs: readonly number[]) =>
  producer.send({
    topic,
    messages: timesMs.map((timestamp, index) => ({
      key: `order-${index % 40}`,
      partition: index % 3,
      value: `message ${index}`,
      timestamp: String(timestamp),
    })),
  })
const ask = async (topics: string, more: Record<string, unknown> = {}) => {
  const [deps, connection] = meansOf(console_)
  const answer = await countMessagesByTime(
    { ...deps, clock },
    connection,
    messageHistogramQuery.parse({ topics, sinceMs, untilMs, buckets: 60, ...more }),
    call(),
  )
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.detail}`)
  return messageHistogram.parse(answer.value)
}
const countNaively = (times: readonly number[], buckets: readonly { fromMs: number; untilMs: number }[]) =>
  buckets.map(({ fromMs, untilMs: end }) =>
    String(times.filter((time) => time >= fromMs && time < end).length),
  )
const countsOf = ({ buckets }: Awaited<ReturnType<typeof ask>>) => buckets.map(({ messages }) => messages)
/** Times within the hour, the same in each run. */
const someTimes = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => sinceMs + ((index * 2_654_435_761) % 3_600_000))

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  console_ = composeLocal(database, inject('brokers'), inject('registryUrl'))
  producer = kafka.producer()
  await Promise.all([admin.connect(), producer.connect()])
  // A thread that is still starting would have the first histogram estimated.
  const [deps, { id: connection }] = meansOf(console_)
  const topics = [(await makeTopic('first')) as TopicName]
  const budget = { messages: 1, bytes: 1, milliseconds: 10_000 }
  await deps.scanner.count({ connection, topics, edgesMs: [sinceMs, untilMs], budget }, call())
})
afterAll(async () => {
  await Promise.all([admin.disconnect(), producer.disconnect()])
  await console_.dispose()
  await database.drop()
})

describe('a histogram of messages over time', () => {
  it('is exact where few messages lie in the range, in whatever order they were written', async () => {
    const topic = await makeTopic('shuffled')
    const times = [...someTimes(900), sinceMs - 5, untilMs, untilMs + 9_000]
    await send(topic, times)
    const histogram = await ask(topic)
    expect(histogram).toMatchObject({ estimated: false, doubts: [], messages: '900', partitions: 3 })
    expect(countsOf(histogram)).toEqual(countNaively(times, histogram.buckets))
  })

  it('is estimated from offsets where many do, and right where times rise', async () => {
    const topic = await makeTopic('many')
    const times = someTimes(9_000).sort((a, b) => a - b)
    for (let at = 0; at < times.length; at += 1_500) await send(topic, times.slice(at, at + 1_500))
    await send(topic, [untilMs + 1, untilMs + 2])
    const histogram = await ask(topic, { untilMs: untilMs - 900_000 })
    expect(histogram).toMatchObject({ estimated: true, before: '0' })
    expect(histogram.doubts).toEqual(['transactions', 'producer-times'])
    expect(countsOf(histogram)).toEqual(countNaively(times, histogram.buckets))
    expect(Number(histogram.after)).toBe(times.filter((time) => time >= untilMs - 900_000).length + 2)
    const zoomed = await ask(topic, { sinceMs: untilMs - 60_000, untilMs: untilMs - 1, buckets: 12 })
    expect(zoomed.estimated).toBe(false)
    expect(countsOf(zoomed)).toEqual(countNaively(times, zoomed.buckets))
  })

  it('says that a compacted topic holds fewer than its offsets tell', async () => {
    const topic = await makeTopic('compacted', { 'cleanup.policy': 'compact' })
    await send(
      topic,
      someTimes(6_000).sort((a, b) => a - b),
    )
    expect((await ask(topic)).doubts).toContain('compacted')
  })

  it('does not count what transactions leave beside their messages where it reads them', async () => {
    const topic = await makeTopic('transactions')
    for (const end of ['commit', 'abort', 'commit'] as const) {
      const writer = kafka.producer({ transactionalId: `${topic}-${end}`, maxInFlightRequests: 1 })
      await writer.connect()
      const transaction = await writer.transaction()
      await transaction.send({
        topic,
        messages: [{ value: end, partition: 0, timestamp: String(sinceMs + 1_000) }],
      })
      await transaction[end]()
      await writer.disconnect()
    }
    expect(await ask(topic)).toMatchObject({ messages: '2', estimated: false })
  })

  it('begins at the oldest message when no time is given, and adds up several topics', async () => {
    const [one, other] = [await makeTopic('one'), await makeTopic('other')]
    await send(one, [sinceMs + 7_000, sinceMs + 8_000])
    await send(other, [sinceMs + 500_000])
    const histogram = await ask(`${one},${other},histogram-${run}-nowhere`, { sinceMs: undefined })
    expect(histogram.buckets[0]?.fromMs).toBe(sinceMs + 7_000)
    expect(histogram.messages).toBe('3')
    expect(histogram.failed).toEqual([
      {
        topic: `histogram-${run}-nowhere`,
        partition: null,
        detail: `The topic histogram-${run}-nowhere does not exist.`,
      },
    ])
  })

  it('of nothing is empty; of no topic that exists it is refused', async () => {
    const topic = await makeTopic('empty')
    expect(await ask(topic, { sinceMs: undefined })).toMatchObject({ messages: '0', estimated: false })
    await expect(ask(`histogram-${run}-nowhere`)).rejects.toThrow('not-found: There is no topic named')
  })
})
