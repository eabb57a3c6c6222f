import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import { type Bench, good, openBench, outgoing, springHeaders } from '#server/services/dead-letter-fixture.ts'
import { listFailureGroups } from '#server/services/list-failure-groups.ts'
import { planReplay } from '#server/services/plan-replay.ts'
import { headerText, recordsOf, start } from '#server/services/replay-fixture.ts'
import { showReplay } from '#server/services/show-replay.ts'
import { type SpawnedWorker, spawnWorker } from './spawned-worker.ts'

let bench: Bench
let workers: SpawnedWorker[]
const startWorker = (id: string): SpawnedWorker => {
  const worker = spawnWorker({
    WORKER_ID: id,
    DATABASE_URL: bench.database.url,
    KAFKA_BROKERS: inject('brokers'),
    SPILLWAY_LEDGER_TOPIC: bench.connection.ledgerTopic,
    SPILLWAY_QUIET_PERIOD_MS: '2000',
  })
  workers.push(worker)
  return worker
}
const takesLease = (prefix: string) => (line: Record<string, unknown>) =>
  line.msg === 'lease taken' && String(line.lease).startsWith(prefix)

beforeEach(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  workers = []
})
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.process.exitCode === null && worker.end('SIGKILL')))
  await bench.dispose()
})

it('indexes exactly, and replays each letter once, though its workers are killed in the middle of both', async () => {
  const count = 6_000
  const group = `killed-${bench.suffix}`
  const origin = await bench.makeTopic(`kill-${bench.suffix}`, 3)
  const letters = await bench.makeTopic(`${origin}-dlt`, 3)
  const numbers = Array.from({ length: count }, (_, index) => index)
  for (let from = 0; from < count; from += 1_000)
    await bench.send(
      numbers.slice(from, from + 1_000).map((index) =>
        outgoing(letters, {
          partition: index % 3,
          key: `k${index}`,
          headers: springHeaders({ topic: origin, partition: index % 3, offset: BigInt(index), group }),
        }),
      ),
    )
  const indexed = async (): Promise<number> => {
    const query = { q: '', limit: 200, state: 'all', topic: origin } as const
    const { data } = await good(listFailureGroups(bench.deps, bench.connection, query, bench.call()))
    return data.groups.reduce((sum, one) => sum + one.count, 0)
  }

  const first = startWorker('first')
  await first.waitFor(takesLease('index-dead-letters'))
  await expect.poll(indexed, { timeout: 20_000, interval: 20 }).toBeGreaterThan(0)
  await first.end('SIGKILL')
  const before = await indexed()
  const second = startWorker('second')
  await second.waitFor(takesLease('index-dead-letters'), 30_000)
  await expect.poll(indexed, { timeout: 30_000, interval: 200 }).toBe(count)

  const query = { q: '', limit: 200, state: 'all', topic: origin } as const
  const { data } = await good(listFailureGroups(bench.deps, bench.connection, query, bench.call()))
  const request = { selection: { failureGroupId: data.groups[0]?.id ?? '' }, targetTopic: null }
  const plan = await good(planReplay(bench.deps, bench.connection, bench.actor, request, bench.call()))
  expect(plan.ready).toBe(count)
  const replay = await start(bench, plan, { pacePerSecond: 1_000 })
  const copies = async () => (await recordsOf(bench, origin as TopicName)).length
  await expect.poll(copies, { timeout: 20_000, interval: 100 }).toBeGreaterThan(500)
  await second.end('SIGKILL')
  const whenKilled = await copies()
  const third = startWorker('third')
  await third.waitFor(takesLease('replay:'), 30_000)
  const state = async () =>
    (await good(showReplay(bench.deps, bench.connection, replay.id, bench.call()))).state
  await expect.poll(state, { timeout: 60_000, interval: 250 }).toBe('following')

  const items = (await recordsOf(bench, origin)).map((record) => headerText(record, 'x-replay-item'))
  console.log(`killed at ${before} indexed and ${whenKilled} sent; at the end ${items.length} copies`)
  expect(whenKilled).toBeLessThan(count)
  expect(items).toHaveLength(count)
  expect(new Set(items).size).toBe(count)

  const consumer = bench.kafka.consumer({ groupId: group, maxWaitTimeInMs: 200 })
  await consumer.connect()
  await consumer.subscribe({ topic: origin, fromBeginning: true })
  await consumer.run({ autoCommitInterval: 200, eachMessage: async () => {} })
  await expect.poll(state, { timeout: 60_000, interval: 500 }).toBe('done')
  await consumer.disconnect()
  const done = await good(showReplay(bench.deps, bench.connection, replay.id, bench.call()))
  expect(done.outcomes.SETTLED).toBe(count)
}, 240_000)
