import { Kafka, logLevel } from 'kafkajs'
import { makeKafkaAdapter } from '../../server/adapters/kafka/make-kafka-adapter.ts'
import { connectionConfig } from '../../server/config.ts'
import { endpoints } from '../../server/contracts/endpoints.ts'
import type { TopicListQuery } from '../../server/contracts/topics.ts'
import type { Database } from '../../server/repositories/database.ts'
import { ensurePartitions } from '../../server/repositories/span-partitions.ts'
import { createTestDatabase } from '../../server/repositories/test-database.ts'
import type { Connection, Deps } from '../../server/services/deps.ts'
import { listTopics } from '../../server/services/list-topics.ts'
import { withBenchStack } from './bench-database.ts'
import { printResult, printSpread } from './print-result.ts'

/** Of 10 partitions each: 10,000 in all. */
const topics = 1_000
const partitions = 10
const pages = 120
const peerPages = 12
/** A reader looks at a page for this long before the next click. */
const pauseMs = 250
const atOnce = 50

const names = Array.from(
  { length: topics },
  (_, index) =>
    `bench-${['orders', 'payments', 'stock', 'mail'][index % 4]}-${String(index).padStart(4, '0')}`,
)

/** Makes what is missing of the topics, with messages in four of five. Answers the names of those it made. */
const fill = async (kafka: Kafka): Promise<readonly string[]> => {
  const admin = kafka.admin()
  await admin.connect()
  const known = new Set(await admin.listTopics())
  const missing = names.filter((name) => !known.has(name))
  for (let at = 0; at < missing.length; at += atOnce)
    await admin.createTopics({
      topics: missing.slice(at, at + atOnce).map((topic, index) => ({
        topic,
        numPartitions: partitions,
        configEntries: index % 10 === 0 ? [{ name: 'cleanup.policy', value: 'compact' }] : [],
      })),
      waitForLeaders: false,
    })
  await admin.disconnect()
  if (missing.length === 0) return []
  const producer = kafka.producer()
  await producer.connect()
  for (let at = 0; at < missing.length; at += atOnce)
    await producer.sendBatch({
      topicMessages: missing.slice(at, at + atOnce).map((topic, index) => ({
        topic,
        messages: Array.from({ length: index % 5 === 0 ? 0 : 20 }, (_, message) => ({
          partition: message % partitions,
          key: `key-${message}`,
          value: 'x'.repeat(100 + index * 10),
        })),
      })),
    })
  await producer.disconnect()
  return missing
}

/** Five minutes of samples: rates of all topics, and 2,000 groups that read two of three. */
const fillSamples = async ({ pool }: Database): Promise<void> => {
  await pool.query(
    `INSERT INTO topic_sample (at, connection_id, topic, start_sum, end_sum, size_bytes)
     SELECT now() - n * interval '5 seconds', 'bench', topic, 0, 1000000 - n * 500, 1000000
     FROM generate_series(0, 59) AS n, unnest($1::text[]) AS topic`,
    [names],
  )
  await pool.query(
    `INSERT INTO lag_sample (at, connection_id, group_id, topic, lag, end_sum, committed_sum, members, state)
     SELECT date_trunc('second', now()), 'bench', 'group-' || g, ($1::text[])[1 + g % 660], g % 50, 1000000, 1000000 - g % 50, 3, 'stable'
     FROM generate_series(1, 2000) AS g`,
    [names],
  )
  await pool.query('ANALYZE')
}

/** What readers ask while they look around: each page differs from the one before. */
const askOf = (page: number): TopicListQuery => {
  const sorts = ['messages', 'size', 'last', 'name', 'partitions', 'lag', 'retention', 'rate'] as const
  const filters = ['', 'compacted', 'empty', '', 'unread', 'trouble'] as const
  return endpoints.listTopics.query.parse({
    sort: sorts[page % sorts.length],
    desc: String(page % 3 !== 0),
    only: filters[page % filters.length],
    q: page % 5 === 0 ? 'orders' : '',
    offset: String((page % 4) * 100),
  })
}

/** The same questions by kafkajs: metadata, offsets of every topic, settings, then order and cut. */
const askPeer = async (admin: ReturnType<Kafka['admin']>): Promise<void> => {
  const { topics: found } = await admin.fetchTopicMetadata()
  const offsets = new Map<string, bigint>()
  const queue = found.map(({ name }) => name).values()
  const work = async () => {
    for (const name of queue) {
      const rows = await admin.fetchTopicOffsets(name)
      offsets.set(
        name,
        rows.reduce((sum, { high, low }) => sum + BigInt(high) - BigInt(low), 0n),
      )
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  await admin.describeConfigs({
    includeSynonyms: false,
    resources: found.map(({ name }) => ({
      type: 2,
      name,
      configNames: ['cleanup.policy', 'retention.ms', 'retention.bytes'],
    })),
  })
  found.sort((a, b) => Number((offsets.get(b.name) ?? 0n) - (offsets.get(a.name) ?? 0n))).slice(0, 100)
}

const timeOf = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** Pages of 1,000 topics with 10,000 partitions on a real broker, filters and orders changing, beside kafkajs. */
export const topicsBench = (): Promise<void> =>
  withBenchStack(async ({ brokers, databaseUrl }) => {
    const database = await createTestDatabase(databaseUrl)
    const { db } = database
    await ensurePartitions(db, Date.now())
    await fillSamples(db)
    const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
    const made = await fill(kafka)
    const broker = makeKafkaAdapter(connectionConfig.parse({ id: 'bench', name: 'Bench', brokers }))
    const connection = { id: 'bench', name: 'Bench', broker, deadLetterTopics: [] } as unknown as Connection
    const deps = { db, clock: { nowMs: () => Date.now() } } as unknown as Deps
    const call = () => ({ signal: AbortSignal.timeout(60_000) })
    const ask = async (page: number) => {
      const answer = await listTopics(deps, connection, askOf(page), call())
      if (!answer.ok) throw new Error(answer.error.detail)
    }
    const first = [await timeOf(() => ask(0))]
    const ours: number[] = []
    const peer: number[] = []
    const admin = kafka.admin()
    await admin.connect()
    for (let page = 1; page <= pages; page++) {
      ours.push(await timeOf(() => ask(page)))
      if (page % (pages / peerPages) === 0) peer.push(await timeOf(() => askPeer(admin)))
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
    // On a cluster of somebody's own nothing is left behind.
    if (made.length > 0) await admin.deleteTopics({ topics: [...made], timeout: 60_000 })
    await admin.disconnect()
    await broker.dispose()
    await database.drop()
    console.log(`${topics} topics of ${partitions} partitions; filters, orders and pages change`)
    printSpread('spillway, first page', first, 'ms')
    printSpread('spillway, a page', ours, 'ms')
    printSpread('kafkajs, a page', peer, 'ms')
    printResult('topics', ours, peer, 'ms p95', { firstPageMs: Math.round(first[0] ?? 0) }, { share: 0.95 })
  })
