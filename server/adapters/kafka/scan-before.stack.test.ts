import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { ScanRequest } from '#server/ports/scan.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { collectScan } from '#server/services/collect-scan.ts'
import { expectOk } from './broker-contract.ts'
import { makeKafkaAdapter } from './make-kafka-adapter.ts'

const brokers = inject('brokers')
const run = Math.random().toString(36).slice(2, 8)
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const admin = kafka.admin()
const adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'test', name: 'Test', brokers }))
const reader = adapter.messages as MessageReader
const call = () => ({ signal: AbortSignal.timeout(30_000) })
const before = 2_000
const after = 20_000
const topicOf = (type: string) => `before-${run}-${type}` as TopicName
const types = ['LogAppendTime', 'CreateTime']
let untilMs = 0n

beforeAll(async () => {
  await admin.connect()
  await makeTopics(
    admin,
    types.map((type) => ({
      topic: topicOf(type),
      numPartitions: 1,
      configEntries: [{ name: 'message.timestamp.type', value: type }],
    })),
  )
  const producer = kafka.producer()
  await producer.connect()
  const send = async (count: number) => {
    for (const type of types)
      for (let sent = 0; sent < count; sent += 500)
        await producer.send({
          topic: topicOf(type),
          messages: Array.from({ length: 500 }, () => ({ value: 'x'.repeat(100) })),
        })
  }
  await send(before)
  await new Promise((resolve) => setTimeout(resolve, 50))
  untilMs = BigInt(Date.now())
  await new Promise((resolve) => setTimeout(resolve, 50))
  await send(after)
  // One that is late: written last, with an early time.
  for (const type of types)
    await producer.send({
      topic: topicOf(type),
      messages: [{ value: 'late', timestamp: String(untilMs - 1_000n) }],
    })
  await producer.disconnect()
})
afterAll(async () => {
  await admin.deleteTopics({ topics: types.map(topicOf) })
  await admin.disconnect()
  await adapter.dispose()
})

describe('what was written before a time', () => {
  it.each([
    { type: 'LogAppendTime', order: 'newest' as const, matches: before },
    { type: 'LogAppendTime', order: 'oldest' as const, matches: before },
    { type: 'CreateTime', order: 'newest' as const, matches: before + 1 },
    { type: 'CreateTime', order: 'oldest' as const, matches: before + 1 },
  ])(
    'is read beyond it only where late messages may stand there ($type, $order first)',
    async ({ type, order, matches }) => {
      const topic = topicOf(type)
      const request: ScanRequest = {
        topics: [{ topic }],
        order,
        untilMs,
        limit: 100_000,
        filter: { accept: () => true },
        budget: { messages: 1e9, bytes: 1e9, milliseconds: 30_000 },
      }
      const found = expectOk(await collectScan(reader, request, call()))
      expect([found.stop, found.goOnAt.size, found.messages.length]).toEqual(['end', 0, matches])
      const readAll = found.scannedMessages >= BigInt(before + after)
      expect(readAll).toBe(type === 'CreateTime')
    },
  )
})
