import type { Consumer } from 'kafkajs'
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import type { PlanRequeue } from '#server/contracts/requeues.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import { bigIntegerBytes } from '#server/domain/requeue.ts'
import { commitOffsets } from '#server/sandbox/stack/commit-offsets.ts'
import { type Bench, good, int32, openBench, outgoing, springHeaders, text } from './dead-letter-fixture.ts'
import { listWaiting } from './list-waiting.ts'
import { planRequeue } from './plan-requeue.ts'
import { follow, headerText, itemsOf, recordsOf, sendAll, start } from './replay-fixture.ts'

let bench: Bench
let spring: Record<'origin' | 'first' | 'last' | 'dead', TopicName>
let smallrye: Record<'origin' | 'first' | 'last' | 'dead', TopicName>
const consumers: Consumer[] = []
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  const orders = await bench.makeTopic(`orders-${bench.suffix}`, 1)
  spring = {
    origin: orders,
    first: await bench.makeTopic(`${orders}-retry-0`, 1),
    last: await bench.makeTopic(`${orders}-retry-1`, 1),
    dead: await bench.makeTopic(`${orders}-dlt`, 1),
  }
  const stock = await bench.makeTopic(`stock-${bench.suffix}`, 1)
  smallrye = {
    origin: stock,
    first: await bench.makeTopic(`${stock}_retry_600000`, 1),
    last: await bench.makeTopic(`${stock}_retry_1200000`, 1),
    dead: await bench.makeTopic(`dead-letter-topic-${stock}`, 1),
  }
}, 120_000)
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.disconnect()))
})
afterAll(() => bench.dispose())

const requeue = async (topic: TopicName, action: PlanRequeue['action']) => {
  const plan: ReplayPlan = await good(
    planRequeue(bench.deps, bench.connection, bench.actor, { topic, action }, bench.call()),
  )
  const replay = await start(bench, plan, { consents: plan.findings.map(({ code }) => code) })
  await sendAll(bench, replay.id)
  return { plan, replay }
}
const untilIt = async (what: string, isSo: () => boolean) => {
  for (const untilMs = Date.now() + 40_000; !isSo(); ) {
    if (Date.now() > untilMs) throw new Error(`${what} did not happen`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
const dueOf = (headers: Record<string, unknown> | undefined): number => {
  const value = headers?.['retry_topic-backoff-timestamp']
  return Buffer.isBuffer(value) ? Number(BigInt(`0x${value.toString('hex')}`)) : 0
}

/**
 * A consumer that waits until the first message of its partition is due, as Spring's does, and passes over ids it knows.
 * Its clock is the test's: on a busy machine nothing is due before its time.
 */
const consume = async (
  groupId: string,
  topic: TopicName,
  handled: Map<string, string[]>,
  nowMs: () => number,
) => {
  const consumer = bench.kafka.consumer({ groupId, sessionTimeout: 60_000, maxWaitTimeInMs: 200 })
  consumers.push(consumer)
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  let joined = false
  consumer.on(consumer.events.GROUP_JOIN, () => {
    joined = true
  })
  await consumer.run({
    autoCommitInterval: 200,
    eachMessage: async ({ message, heartbeat }) => {
      while (dueOf(message.headers) > nowMs()) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        await heartbeat()
      }
      const id = String(message.headers?.['idempotency-key'])
      handled.set(id, [...(handled.get(id) ?? []), topic])
    },
  })
  await untilIt(`${groupId} joined`, () => joined)
}

it('copies are handled at once, and the originals are read again when they are due, as the plan has said', async () => {
  const group = `payments-${bench.suffix}`
  const handled = new Map<string, string[]>()
  const dueMs = Date.now() + 600_000
  let isDue = false
  const nowMs = () => (isDue ? dueMs : dueMs - 1)
  await consume(group, spring.origin, handled, nowMs)
  await consume(`${group}-retry`, spring.first, handled, nowMs)
  await bench.send(
    [0, 1, 2].map((index) =>
      outgoing(spring.first, {
        key: `k${index}`,
        headers: [
          text('idempotency-key', `id-${index}`),
          ...springHeaders({ topic: spring.origin, offset: BigInt(10_000 + index), group }).slice(0, -1),
          int32('retry_topic-attempts', 2),
          { name: 'retry_topic-backoff-timestamp', value: bigIntegerBytes(BigInt(dueMs)) },
        ],
      }),
    ),
  )
  const { plan, replay } = await requeue(spring.first, 'skip-wait')
  expect(plan.findings.find(({ code }) => code === 'read-again')?.sentence).toContain(
    `${group}-retry reads them again when they are due (in `,
  )
  await untilIt('all copies were handled', () => handled.size === 3)
  expect([...handled.values()]).toEqual([[spring.origin], [spring.origin], [spring.origin]])
  isDue = true
  await untilIt('the originals were read', () => [...handled.values()].every((topics) => topics.length === 2))
  expect([...handled.keys()].sort()).toEqual(['id-0', 'id-1', 'id-2'])
  await new Promise((resolve) => setTimeout(resolve, 500))
  await follow(bench, replay.id)
  expect((await itemsOf(bench, replay.id)).map(({ outcome }) => outcome)).toEqual(Array(3).fill('CONSUMED'))
  // All of them are read: nothing waits any more.
  const list = { topic: spring.first, limit: 10 }
  const after = await good(listWaiting(bench.deps, bench.connection, list, bench.call()))
  expect(after.waiting).toBe(0)
}, 120_000)

it('SmallRye: due at once in the same topic by its timestamp, and in the last topic with no retry left', async () => {
  const headers: RawHeader[] = [
    text('delayed-retry-exception-class-name', 'com.shop.StockException'),
    text('delayed-retry-reason', 'no stock'),
    text('delayed-retry-topic', smallrye.origin),
    text('delayed-retry-partition', '0'),
    text('delayed-retry-offset', '7'),
    text('delayed-retry-count', '0'),
  ]
  await bench.send([outgoing(smallrye.first, { headers, timestampMs: BigInt(Date.now()) })])
  await commitOffsets(
    bench.brokers,
    `kafka-delayed-retry-topic-inventory-${bench.suffix}`,
    smallrye.first,
    [0],
  )
  const { plan } = await requeue(smallrye.first, 'skip-wait')
  expect(plan.targets[0]?.topic).toBe(smallrye.first)
  const [original, copy] = await recordsOf(bench, smallrye.first)
  const list = { topic: smallrye.first, limit: 10 }
  const { records } = await good(listWaiting(bench.deps, bench.connection, list, bench.call()))
  // The copy is due first, now; the original still in ten minutes.
  expect(records.map(({ position }) => position)).toEqual(['0@1', '0@0'])
  expect(Math.abs((records[0]?.dueAt ?? 0) - Date.now())).toBeLessThan(60_000)
  expect(copy?.headers.slice(0, headers.length)).toEqual(original?.headers)
  const last = await good(
    planRequeue(
      bench.deps,
      bench.connection,
      bench.actor,
      { topic: smallrye.first, action: 'last-retry', filter: { dueUntil: Date.now() + 60_000 } },
      bench.call(),
    ),
  )
  expect([last.total, last.targets[0]?.topic]).toEqual([1, smallrye.last])
  const started = await start(bench, last, { consents: last.findings.map(({ code }) => code) })
  await sendAll(bench, started.id)
  const [moved] = await recordsOf(bench, smallrye.last)
  expect(moved && headerText(moved, 'delayed-retry-count')).toBe('1')
}, 120_000)
