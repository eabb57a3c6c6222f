import { Connection, deleteRecordsV2 } from '@platformatic/kafka'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { ScanEnd, ScanRequest, ScanStep } from '#server/ports/scan.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { collectScan } from '#server/services/collect-scan.ts'
import { expectOk } from './broker-contract.ts'
import { makeKafkaAdapter } from './make-kafka-adapter.ts'
import { requestBytes } from './read-range.ts'
import { findNothingSlowly } from './scan-fixture.ts'

const brokers = inject('brokers')
const run = Math.random().toString(36).slice(2, 8)
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const admin = kafka.admin()
const adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'test', name: 'Test', brokers }))
const reader = adapter.messages as MessageReader
const budget = { messages: 1e9, bytes: 1e10, milliseconds: 40_000 }
const call = () => ({ signal: AbortSignal.timeout(40_000) })
const topicOf = (what: string) => `running-${run}-${what}` as TopicName
const pauseMs = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const makeTopic = async (what: string, numPartitions: number, settings: Record<string, string> = {}) => {
  const topic = topicOf(what)
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
  await makeTopics(admin, [{ topic, numPartitions, configEntries }])
  return topic
}
const fill = async (topic: TopicName, count: number, valueBytes: number, partitions: number) => {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  const value = Buffer.alloc(valueBytes, 'x')
  for (let sent = 0; sent < count; sent += 500)
    await producer.send({
      topic,
      messages: Array.from({ length: 500 }, (_, index) => ({
        value,
        partition: (sent + index) % partitions,
        timestamp: String(Date.now() - count + sent + index),
      })),
    })
  await producer.disconnect()
}
const deleteBefore = async (name: string, partitionIndex: number, offset: bigint) => {
  const [host = '', port = ''] = (brokers.split(',')[0] ?? '').split(':')
  const connection = new Connection('running')
  await connection.connect(host, Number(port))
  await deleteRecordsV2.api.async(connection, [{ name, partitions: [{ partitionIndex, offset }] }], 5_000)
  await connection.close()
}
const drain = async (steps: ReturnType<MessageReader['scan']>): Promise<ScanEnd> => {
  for (;;) {
    const next = await steps.next()
    if (next.done) return expectOk(next.value)
  }
}
/** Nothing fits: all must be read. */
const nothing = { accept: () => false }

describe('a running scan', () => {
  const bigCount = 90_000
  let big: TopicName
  const wholeOf = (topic: TopicName, more: Partial<ScanRequest> = {}): ScanRequest => ({
    topics: [{ topic }],
    order: 'newest',
    limit: 10,
    filter: nothing,
    budget,
    ...more,
  })

  beforeAll(async () => {
    await admin.connect()
    big = await makeTopic('big', 3)
    await fill(big, bigCount, 1_500, 3)
  })
  afterAll(async () => {
    await admin.deleteTopics({ topics: [big] })
    await admin.disconnect()
    await adapter.dispose()
  })

  it.each(['newest', 'oldest'] as const)(
    'stops soon after its caller has given up (%s first)',
    async (order) => {
      const waits: number[] = []
      for (let round = 0; round < 3; round++) {
        const controller = new AbortController()
        const steps = reader.scan(wholeOf(big, { order, filter: findNothingSlowly }), {
          signal: controller.signal,
        })
        await steps.next()
        const ending = drain(steps)
        await pauseMs(20)
        const startedAt = performance.now()
        controller.abort()
        const end = await ending
        waits.push(performance.now() - startedAt)
        if (end.scannedMessages < BigInt(bigCount)) expect(end.stop).toBe('cancelled')
      }
      // The machine may be busy: one in three is proof enough.
      expect(Math.min(...waits)).toBeLessThan(100)
    },
  )

  it('reads no further than what is under way while no step is asked for', async () => {
    const steps = reader.scan(wholeOf(big, { filter: findNothingSlowly }), call())
    const first = (await steps.next()).value as ScanStep
    await pauseMs(1_500)
    const second = (await steps.next()).value as ScanStep
    const ahead = Number(second.scannedBytes - first.scannedBytes)
    expect(ahead).toBeLessThanOrEqual(3 * requestBytes)
    expect(second.scannedMessages).toBeLessThan(BigInt(bigCount))
    const end = await drain(steps)
    expect([end.stop, end.scannedMessages, end.partitions]).toEqual(['end', BigInt(bigCount), 3])
  })

  it('ends when its caller takes no more of it', async () => {
    let count = 0
    for await (const _ of reader.scan(wholeOf(big), call())) {
      count += 1
      if (count === 1) break
    }
    // The next one is served at once.
    const page = expectOk(await collectScan(reader, { ...wholeOf(big), filter: undefined } as never, call()))
    expect(page.messages).toHaveLength(10)
  })

  it('does not read what is older than wanted, and skips by their heads batches that hold nothing of its time', async () => {
    const page = expectOk(
      await collectScan(reader, wholeOf(big, { sinceMs: BigInt(Date.now() + 1e9) }), call()),
    )
    expect([page.stop, page.scannedBytes]).toEqual(['end', 0n])
  })

  it('tells what was deleted before it came there', async () => {
    const topic = await makeTopic('deleted', 1)
    await fill(topic, 4_000, 200, 1)
    const oldest = wholeOf(topic, { order: 'oldest' })
    const part = expectOk(
      await collectScan(reader, { ...oldest, budget: { ...budget, messages: 500 } }, call()),
    )
    const place = part.goOnAt.get(topic)?.get(0) ?? 0n
    expect([part.stop, place > 0n && place < 3_500n]).toEqual(['budget', true])
    await deleteBefore(topic, 0, 3_500n)
    const { goOnAt, goOnWith } = part
    const rest = expectOk(await collectScan(reader, { ...oldest, goOnAt, goOnWith }, call()))
    expect(rest.lost).toEqual([{ topic, partition: 0, from: place, to: 3_500n }])
    expect([rest.stop, rest.scannedMessages]).toEqual(['end', 500n])
  })

  it.each(['oldest', 'newest'] as const)('tells what is deleted while it runs (%s first)', async (order) => {
    const topic = await makeTopic(`vanishing-${order}`, 1)
    await fill(topic, 60_000, 1_500, 1)
    const steps = reader.scan(wholeOf(topic, { order, filter: findNothingSlowly }), call())
    await steps.next()
    const to = order === 'oldest' ? 59_000n : 30_000n
    await deleteBefore(topic, 0, to)
    const end = await drain(steps)
    await admin.deleteTopics({ topics: [topic] })
    expect(end.errors).toEqual([])
    expect(end.lost).toMatchObject([{ topic, partition: 0, to }])
    const [lost] = end.lost
    const lostCount = (lost?.to ?? 0n) - (lost?.from ?? 0n)
    if (order === 'oldest') expect(end.scannedMessages + lostCount).toBe(60_000n)
  })

  it.each(['deleted', 'deleted and made anew'])(
    'says of a topic that is %s meanwhile that it is not there any more, and reads the others',
    async (what) => {
      const name = what.replaceAll(' ', '-')
      const [gone, kept] = [await makeTopic(`gone-${name}`, 1), await makeTopic(`kept-${name}`, 1)]
      await fill(gone, 40_000, 1_500, 1)
      await fill(kept, 500, 100, 1)
      const topics = [{ topic: gone }, { topic: kept }]
      const steps = reader.scan(wholeOf(gone, { topics, filter: findNothingSlowly }), call())
      await steps.next()
      await admin.deleteTopics({ topics: [gone] })
      if (what !== 'deleted') {
        await pauseMs(300)
        await makeTopic(`gone-${name}`, 1)
      }
      const end = await drain(steps)
      expect([end.stop, end.errors.map(({ topic, error }) => [topic, error.kind])]).toEqual([
        'error',
        [[gone, 'not-found']],
      ])
      expect(end.goOnAt.has(gone)).toBe(true)
      expect(end.goOnAt.has(kept)).toBe(false)
    },
  )

  it('tells of records read uncommitted whether their transaction was committed, aborted or is open', async () => {
    const topic = await makeTopic('undecided', 1)
    const transactionOf = async (id: string) => {
      const producer = kafka.producer({
        transactionalId: `${topic}-${id}`,
        idempotent: true,
        maxInFlightRequests: 1,
      })
      await producer.connect()
      return { producer, transaction: await producer.transaction() }
    }
    const plain = kafka.producer()
    await plain.connect()
    const [committed, aborted, open, behind] = [
      await transactionOf('committed'),
      await transactionOf('aborted'),
      await transactionOf('open'),
      await transactionOf('behind'),
    ]
    await committed.transaction.send({ topic, messages: [{ value: 'committed' }] })
    await aborted.transaction.send({ topic, messages: [{ value: 'aborted' }] })
    await committed.transaction.commit()
    await aborted.transaction.abort()
    await open.transaction.send({ topic, messages: [{ value: 'open' }] })
    await plain.send({ topic, messages: [{ value: 'plain' }] })
    await behind.transaction.send({ topic, messages: [{ value: 'behind' }] })
    await behind.transaction.commit()
    const read = async () => {
      const found = expectOk(
        await collectScan(
          reader,
          wholeOf(topic, { filter: { accept: () => true }, isolation: 'uncommitted' }),
          call(),
        ),
      )
      return Object.fromEntries(
        found.messages.map(({ value, transaction }) => [
          Buffer.from(value ?? []).toString(),
          transaction ?? null,
        ]),
      )
    }
    await vi.waitFor(
      async () =>
        expect(await read()).toEqual({
          committed: 'committed',
          aborted: 'aborted',
          open: 'open',
          plain: null,
          behind: 'committed',
        }),
      10_000,
    )
    const seen = expectOk(
      await collectScan(reader, wholeOf(topic, { filter: { accept: () => true } }), call()),
    )
    expect(seen.messages.map(({ value }) => Buffer.from(value ?? []).toString())).toEqual(['committed'])
    expect(seen.heldBack).toMatchObject([{ topic, partition: 0 }])
    await open.transaction.abort()
    for (const { producer } of [committed, aborted, open, behind]) await producer.disconnect()
    await plain.disconnect()
  })
})
