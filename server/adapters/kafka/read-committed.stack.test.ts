import { Kafka, logLevel, Partitioners, type Transaction } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { browseBudget } from '#server/ports/call.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { Isolation, RawMessage } from '#server/ports/raw-message.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { collectScan } from '#server/services/collect-scan.ts'
import { expectOk } from './broker-contract.ts'
import { makeKafkaAdapter } from './make-kafka-adapter.ts'

const brokers = inject('brokers')
const run = Math.random().toString(36).slice(2, 8)
const call = () => ({ signal: AbortSignal.timeout(20_000) })
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const admin = kafka.admin()
const adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'test', name: 'Test', brokers }))
const reader = adapter.messages as MessageReader
const namesOf = (messages: readonly RawMessage[]) =>
  messages.map(({ value }) => Buffer.from(value ?? []).toString())

const makeTopic = async (what: string): Promise<TopicName> => {
  const topic = `committed-${run}-${what}` as TopicName
  await makeTopics(admin, [{ topic, numPartitions: 1 }])
  return topic
}
const transact = async (
  topic: string,
  values: readonly string[],
  end: (transaction: Transaction) => Promise<void>,
  id = 'one',
): Promise<void> => {
  const producer = kafka.producer({
    transactionalId: `${topic}-${id}`,
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  const transaction = await producer.transaction()
  for (const value of values) await transaction.send({ topic, messages: [{ value }] })
  await end(transaction)
  await producer.disconnect()
}
const newest = async (topic: TopicName, isolation: Isolation = 'committed') =>
  expectOk(
    await collectScan(
      reader,
      { topics: [{ topic }], order: 'newest', limit: 50, isolation, budget: browseBudget },
      call(),
    ),
  )
const forward = async (topic: TopicName) =>
  expectOk(
    await reader.readForward({ topic, partition: 0, from: 0n, limit: 50, budget: browseBudget }, call()),
  )

beforeAll(() => admin.connect())
afterAll(async () => {
  await admin.disconnect()
  await adapter.dispose()
})

describe('reading committed', () => {
  it('leaves out what was written in transactions that were aborted, and says so of one record', async () => {
    const topic = await makeTopic('aborted')
    await transact(topic, ['kept-1', 'kept-2'], (one) => one.commit())
    await transact(topic, ['gone-1', 'gone-2'], (one) => one.abort())
    await transact(topic, ['kept-3'], (one) => one.commit(), 'two')
    await vi.waitFor(async () => expect((await newest(topic)).heldBack).toEqual([]), 5_000)
    expect(namesOf((await newest(topic)).messages)).toEqual(['kept-3', 'kept-2', 'kept-1'])
    const read = await forward(topic)
    expect([namesOf(read.messages), read.stop]).toEqual([['kept-1', 'kept-2', 'kept-3'], 'end'])
    // kept 0 and 1, its marker 2, aborted 3 and 4, its marker 5.
    const why = async (offset: bigint) => {
      const answer = await reader.readAt(topic, 0, offset, call())
      return answer.ok ? namesOf([answer.value])[0] : answer.error.detail
    }
    expect(await why(1n)).toBe('kept-2')
    expect(await why(2n)).toContain('is a transaction marker')
    expect(await why(3n)).toContain('belongs to a transaction that was aborted')
    expect(await why(4n)).toContain('belongs to a transaction that was aborted')
    const all = await newest(topic, 'uncommitted')
    expect(namesOf(all.messages)).toEqual(['kept-3', 'gone-2', 'gone-1', 'kept-2', 'kept-1'])
    expect(all.messages.every(({ transactional }) => transactional)).toBe(true)
    expect(all.messages.map(({ transaction }) => transaction)).toEqual([
      'committed',
      'aborted',
      'aborted',
      'committed',
      'committed',
    ])
  })

  it('stops at a transaction that is still open, says what it holds back, and goes on when it ends', async () => {
    const topic = await makeTopic('open')
    const producer = kafka.producer()
    await producer.connect()
    await producer.send({ topic, messages: [{ value: 'plain-1' }] })
    await transact(topic, ['pending-1', 'pending-2'], async (transaction) => {
      await producer.send({ topic, messages: [{ value: 'plain-2' }] })
      const read = await forward(topic)
      expect([namesOf(read.messages), read.resumeAt.get(0), read.stop]).toEqual([['plain-1'], 1n, 'end'])
      expect(read.heldBack).toMatchObject([{ partition: 0, from: 1n, to: 4n }])
      const page = await newest(topic)
      expect([namesOf(page.messages), page.heldBack.length]).toEqual([['plain-1'], 1])
      const held = await reader.readAt(topic, 0, 3n, call())
      expect(held.ok ? '' : held.error.detail).toContain(
        'behind a transaction that is still open since offset 1',
      )
      const request = { topic, partition: 0, from: 1n, limit: 50, budget: browseBudget } as const
      const raw = expectOk(await reader.readForward({ ...request, isolation: 'uncommitted' }, call()))
      expect(raw.messages.map(({ transactional }) => transactional ?? false)).toEqual([true, true, false])
      await transaction.commit()
    })
    await producer.disconnect()
    // The coordinator answers before the markers are written.
    await vi.waitFor(async () => expect((await forward(topic)).heldBack).toEqual([]), 5_000)
    const { messages } = await forward(topic)
    expect(namesOf(messages)).toEqual(['plain-1', 'pending-1', 'pending-2', 'plain-2'])
  })

  it('misses nothing that is written while it reads', async () => {
    const topic = await makeTopic('racing')
    const producer = kafka.producer()
    await producer.connect()
    const total = 3_000
    let written = 0
    const writing = (async () => {
      for (; written < total; written += 3)
        await producer.send({ topic, messages: [{ value: 'a' }, { value: 'b' }, { value: 'c' }] })
    })()
    const seen: bigint[] = []
    for (let from = 0n; seen.length < total && from < BigInt(total); ) {
      const request = { topic, partition: 0, from, limit: 500, budget: browseBudget }
      const read = expectOk(await reader.readForward(request, call()))
      seen.push(...read.messages.map(({ offset }) => offset))
      from = read.resumeAt.get(0) ?? from
    }
    await writing
    await producer.disconnect()
    expect(seen).toEqual(Array.from({ length: total }, (_, index) => BigInt(index)))
  })
})
