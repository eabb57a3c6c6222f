import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import type { TopicName } from '../../server/contracts/scalars.ts'
import { type IndexShare, indexShares, wordOfShare } from '../../server/domain/index-shares.ts'
import { type Bench, good, openBench, takeLease } from '../../server/services/dead-letter-fixture.ts'
import { describeFailureGroups } from '../../server/services/describe-failure-groups.ts'
import { indexDeadLetters } from '../../server/services/index-dead-letters.ts'
import { withBenchStack } from './bench-database.ts'
import { makeLetters } from './bench-letters.ts'
import { measureInbox } from './inbox-queries.ts'
import { printResult, printSpread } from './print-result.ts'

const defaultLetters = 1_000_000
const failures = 3_000
const topicCount = 3
const partitionsOfEach = 4
const atOnce = 2_000
const dayMs = 86_400_000
/** Of the letters, so many died in the last 50 minutes: an incident. The others over the six days before. */
const recentShare = 0.1

const fill = async (bench: Bench, topics: readonly TopicName[], letters: number): Promise<void> => {
  const { make } = makeLetters(failures)
  const nowMs = Date.now()
  const old = letters * (1 - recentShare)
  const timeOf = (index: number) =>
    index < old
      ? nowMs - 6 * dayMs + (index / old) * (6 * dayMs - dayMs / 24)
      : nowMs - ((letters - index) / (letters - old)) * (dayMs / 29)
  const total = topicCount * partitionsOfEach
  for (let from = 0; from < letters; from += atOnce) {
    // A batch goes to one partition, as those of producers do.
    const place = (from / atOnce) % total
    const topic = topics[place % topicCount] ?? ''
    await bench.send(
      Array.from({ length: Math.min(atOnce, letters - from) }, (_, at) =>
        make(topic, Math.floor(place / topicCount), from + at, Math.floor(timeOf(from + at))),
      ),
    )
  }
}

const describeAgainMs = 3_000

/** As a worker does it beside the index: until `isOver`, and then until nothing is due. */
const describeAll = async ({ deps, connection }: Bench, isOver: () => boolean): Promise<void> => {
  for (;;) {
    const isLast = isOver()
    if (await describeFailureGroups(deps, connection)) continue
    if (isLast) return
    for (let waited = 0; waited < describeAgainMs && !isOver(); waited += 100) await sleep(100)
  }
}

const indexShare = async ({ deps, connection }: Bench, share: IndexShare): Promise<number> => {
  const lease = await takeLease(deps, `index-dead-letters:${connection.id}:${wordOfShare(share)}`)
  let indexed = 0
  for (;;) {
    const call = { signal: AbortSignal.timeout(60_000) }
    const report = await good(indexDeadLetters(deps, connection, lease, call, share))
    indexed += report.indexed
    if (report.behind === 0n) break
  }
  await lease.release()
  return indexed
}

/** As a worker does it, that has all shares: each under its own lease, side by side. */
const indexAll = async (bench: Bench): Promise<number> => {
  let isOver = false
  const describing = describeAll(bench, () => isOver)
  const counts = await Promise.all(indexShares.map((share) => indexShare(bench, share)))
  isOver = true
  await describing
  return counts.reduce((sum, count) => sum + count, 0)
}

const topicsAtOnce = 100

/** Makes the topics where the letters died, as they are there where letters are: the inbox tells when their records expire. */
const withOrigins = async <T>({ admin, database }: Bench, work: () => Promise<T>): Promise<T> => {
  const { rows } = await database.db.pool.query<{ topic: string }>(
    'SELECT DISTINCT origin_topic AS topic FROM failure_group WHERE origin_topic IS NOT NULL',
  )
  const existing = new Set(await admin.listTopics())
  const missing = rows.map(({ topic }) => topic).filter((topic) => !existing.has(topic))
  for (let from = 0; from < missing.length; from += topicsAtOnce)
    await admin.createTopics({
      topics: missing.slice(from, from + topicsAtOnce).map((topic) => ({ topic, numPartitions: 1 })),
      waitForLeaders: false,
    })
  try {
    return await work()
  } finally {
    await admin.deleteTopics({ topics: missing })
  }
}

/** The peer: a kafkajs consumer over the same topics, which does nothing with what it reads. In letters a second. */
const onlyRead = async (brokers: string, topics: readonly TopicName[], letters: number): Promise<number> => {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const groupId = `bench-read-${Date.now()}`
  const consumer = kafka.consumer({ groupId })
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  let seen = 0
  let startedAt = 0
  await new Promise<void>((resolve) => {
    void consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: async ({ batch }) => {
        // From the first batch on: joining the group is not reading.
        if (startedAt === 0) startedAt = performance.now()
        seen += batch.messages.length
        if (seen >= letters) resolve()
      },
    })
  })
  const tookMs = performance.now() - startedAt
  await consumer.disconnect()
  const admin = kafka.admin()
  await admin.connect()
  await admin.deleteGroups([groupId])
  await admin.disconnect()
  return (letters * 1_000) / tookMs
}

/** Seconds of processor time that this process has used. */
const busySeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/**
 * Indexes letters of real frameworks in many failure groups by the worker's code, beside a kafkajs consumer that only
 * reads them; then what the inbox asks, beside the same asked of the letters without care.
 */
export const deadLettersBench = (): Promise<void> =>
  withBenchStack(async ({ brokers, databaseUrl }) => {
    const letters = Number(process.argv[3] ?? defaultLetters)
    const bench = await openBench(brokers, databaseUrl)
    try {
      const topics: TopicName[] = []
      for (let at = 0; at < topicCount; at++)
        topics.push(await bench.makeTopic(`bench-${bench.suffix}-${at}-dlt`, partitionsOfEach))
      await fill(bench, topics, letters)
      const peer = await onlyRead(brokers, topics, letters)
      const busy = busySeconds()
      const startedAt = performance.now()
      // Other dead-letter topics of the broker, if it has any, are indexed with them.
      const indexed = await indexAll(bench)
      const ours = (indexed * 1_000) / (performance.now() - startedAt)
      if (indexed < letters) throw new Error(`indexed ${indexed} of ${letters}`)
      const cpuUs = ((busySeconds() - busy) * 1e6) / indexed
      const [load = 0] = loadavg()
      console.log(
        `${indexed} letters indexed at ${Math.round(ours)}/s, ${cpuUs.toFixed(1)} µs of this process's time each; load ${load.toFixed(1)}`,
      )
      printSpread('kafkajs, only reads them', [peer], 'letters/s')
      // The worker goes on stepping: what the last letters add to the trends is counted by then.
      await sleep(describeAgainMs * 2)
      await indexAll(bench)
      const inbox = await withOrigins(bench, () => measureInbox(bench))
      printResult('dead-letters', [ours], [peer], 'letters/s', inbox, { moreIsBetter: true })
    } finally {
      await bench.dispose()
    }
  })
