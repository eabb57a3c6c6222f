import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import { succeed } from '#server/domain/result.ts'
import { type NatureRecord, readTopicNatures } from '#server/repositories/topic-natures.ts'
import {
  type Bench,
  good,
  int32,
  int64,
  openBench,
  outgoing,
  springHeaders,
  text,
} from './dead-letter-fixture.ts'
import { copyAt, follow, itemsOf, lettersOf, planOf, sendAll, start } from './replay-fixture.ts'
import { sampleTopicNatures } from './sample-topic-natures.ts'
import { showReplay } from './show-replay.ts'

let bench: Bench

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  // Dead letters of other tests on the same broker are read before the clock of the first test runs.
  await bench.index()
})
afterAll(() => bench.dispose())

/** Looks at all topics that have something new, as the worker does step by step. */
const look = async (): Promise<void> => {
  const { topics } = bench.connection.broker
  // Other tests' topics come and go on the same broker.
  const list: typeof topics.list = async (call) => {
    const listed = await topics.list({ ...call, maxAgeMs: 0 })
    return listed.ok ? succeed(listed.value.filter(({ name }) => name.includes(bench.suffix))) : listed
  }
  const connection = {
    ...bench.connection,
    broker: { ...bench.connection.broker, topics: { ...topics, list } },
  }
  for (let steps = 0; steps < 200; steps++) {
    const step = await sampleTopicNatures(bench.deps, connection, 0, bench.call())
    // A topic that another test deletes at this moment is gone from the list a little later.
    if (!step.ok) continue
    if (step.value.sampled === 0) return
  }
}
const natureOf = async (topic: string): Promise<NatureRecord | undefined> =>
  (await readTopicNatures(bench.deps.db, 'local')).find((one) => one.topic === topic)

const connectHeaders = (topic: string): RawHeader[] => [
  text('__connect.errors.topic', topic),
  text('__connect.errors.partition', '0'),
  text('__connect.errors.offset', '7'),
  text('__connect.errors.connector.name', 'sink'),
  text('__connect.errors.exception.class.name', 'org.apache.kafka.connect.errors.DataException'),
  text('__connect.errors.exception.message', 'Failed to deserialize'),
]
const bigInteger = (name: string, value: bigint): RawHeader => ({
  name,
  value: Buffer.from(value.toString(16).padStart(12, '0'), 'hex'),
})

describe('a topic whose name says nothing', () => {
  it('is found by its records, and its letters are indexed by themselves', async () => {
    const rejected = await bench.makeTopic(`rejected-${bench.suffix}`, 2)
    const orders = await bench.makeTopic(`orders-${bench.suffix}`, 1)
    await bench.send(
      Array.from({ length: 25 }, (_, index) =>
        outgoing(rejected, { partition: index % 2, value: `v${index}`, headers: connectHeaders(orders) }),
      ),
    )
    await bench.send([outgoing(orders, { value: 'fine' })])
    expect(await lettersOf(bench, rejected)).toEqual([])
    await look()
    expect(await natureOf(rejected)).toMatchObject({
      verdict: 'dead-letter',
      why: "20 of 20 sampled records carry Kafka Connect's failure headers.",
      origins: [orders],
    })
    expect((await natureOf(orders))?.verdict).toBe('ordinary')
    expect(await lettersOf(bench, rejected)).toHaveLength(25)
  })

  it('is looked at again only when something came', async () => {
    const quiet = await bench.makeTopic(`quiet-${bench.suffix}`, 1)
    await look()
    expect((await natureOf(quiet))?.verdict).toBe('empty')
    await bench.send([outgoing(quiet, { headers: connectHeaders('orders') })])
    await look()
    const found = await natureOf(quiet)
    expect(found?.verdict).toBe('dead-letter')
    await look()
    expect((await natureOf(quiet))?.verdictAtMs).toBe(found?.verdictAtMs)
  })

  it('is forgotten when it is gone', async () => {
    const gone = await bench.makeTopic(`gone-${bench.suffix}`, 1)
    await look()
    expect(await natureOf(gone)).toBeDefined()
    await bench.deleteTopic(gone)
    await expect
      .poll(
        async () => {
          await look()
          return natureOf(gone)
        },
        { timeout: 20_000, interval: 500 },
      )
      .toBeUndefined()
  })
})

describe('a retry topic', () => {
  it('is tied to its chain by its records, and its delay lengthens the quiet period of a replay', async () => {
    const origin = await bench.makeTopic(`chained-${bench.suffix}`, 1)
    const letters = await bench.makeTopic(`${origin}-dlt`, 1)
    // SmallRye names them after the channel.
    const retries = await bench.makeTopic(`channel-${bench.suffix}_retry_600000`, 1)
    const spring = await bench.makeTopic(`${origin}-retry-0`, 1)
    const dueMs = BigInt(Date.now() + 120_000)
    const group = `chain-${bench.suffix}`
    await bench.send([
      outgoing(retries, {
        headers: [
          text('delayed-retry-topic', origin),
          text('delayed-retry-partition', '0'),
          text('delayed-retry-offset', '3'),
          text('delayed-retry-reason', 'card refused'),
        ],
      }),
      outgoing(spring, {
        timestampMs: dueMs - 120_000n,
        headers: [
          text('kafka_original-topic', origin),
          int32('kafka_original-partition', 0),
          int64('kafka_original-offset', 3n),
          bigInteger('retry_topic-backoff-timestamp', dueMs),
        ],
      }),
      outgoing(letters, { value: 'x', headers: springHeaders({ topic: origin, offset: 3n, group }) }),
    ])
    await look()
    expect(await natureOf(retries)).toMatchObject({ verdict: 'retry', origins: [origin], delayMs: 600_000 })
    expect(await natureOf(spring)).toMatchObject({ verdict: 'retry', origins: [origin], delayMs: 120_000 })
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    await follow(bench, replay.id)
    expect((await good(showReplay(bench.deps, bench.connection, replay.id, bench.call()))).quiet).toEqual({
      quietMs: 720_000,
      why: `the sum of the retry delays (${spring} 2 min, ${retries} 10 min), longer than the configured 1 s`,
    })
    // The copy is found where only the records tell that it belongs to the chain.
    const copy = await copyAt(bench, origin, 0, 0n)
    await bench.send([
      outgoing(retries, {
        headers: [text('delayed-retry-topic', origin), ...copy.headers],
      }),
    ])
    await follow(bench, replay.id)
    const [item] = await itemsOf(bench, replay.id)
    expect(item).toMatchObject({ outcome: 'RETRYING' })
    expect(item?.proof).toContain(`moved it to ${retries} (0@1)`)
  })
})
