import { randomBytes } from 'node:crypto'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { browseBudget } from '#server/ports/call.ts'
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
const call = () => ({ signal: AbortSignal.timeout(40_000) })
const valueBytes = 400_000
const count = 60
const topicOf = (partitions: number) => `large-${run}-${partitions}` as TopicName

beforeAll(async () => {
  await admin.connect()
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  const value = randomBytes(valueBytes)
  for (const numPartitions of [1, 12]) {
    const topic = topicOf(numPartitions)
    await makeTopics(admin, [{ topic, numPartitions }])
    for (let index = 0; index < count; index++) {
      const timestamp = String(Date.now() - count + index)
      await producer.send({ topic, messages: [{ value, partition: index % numPartitions, timestamp }] })
    }
  }
  await producer.disconnect()
})
afterAll(async () => {
  await admin.deleteTopics({ topics: [topicOf(1), topicOf(12)] })
  await admin.disconnect()
  await adapter.dispose()
})

describe('messages of 400 kB', () => {
  it.each([
    { partitions: 1, least: 30 },
    { partitions: 12, least: 12 },
  ])(
    'are browsed within the budget, page by page, in $partitions partitions',
    async ({ partitions, least }) => {
      const topic = topicOf(partitions)
      const seen: string[] = []
      let places: Partial<ScanRequest> = {}
      for (let page = 0; page < 10; page++) {
        const found = expectOk(
          await collectScan(
            reader,
            { topics: [{ topic }], order: 'newest', limit: 50, budget: browseBudget, ...places },
            call(),
          ),
        )
        if (page === 0) expect(found.messages.length).toBeGreaterThanOrEqual(least)
        expect(found.messages.length).toBeGreaterThan(0)
        // The last answer may go beyond it.
        expect(Number(found.scannedBytes)).toBeLessThan(1.6 * browseBudget.bytes)
        seen.push(...found.messages.map(({ partition, offset }) => `${partition}@${offset}`))
        if (found.goOnAt.size === 0) break
        places = { goOnAt: found.goOnAt, goOnWith: found.goOnWith }
      }
      expect([seen.length, new Set(seen).size]).toEqual([count, count])
    },
  )

  it.each([1, 12])(
    'are searched without reading them over and over, in %s partitions',
    async (partitions) => {
      const topic = topicOf(partitions)
      const request: ScanRequest = {
        topics: [{ topic }],
        order: 'newest',
        limit: 10,
        filter: { accept: () => false },
        budget: { messages: 1e6, bytes: 2 * count * valueBytes, milliseconds: 30_000 },
      }
      const found = expectOk(await collectScan(reader, request, call()))
      expect([found.stop, found.scannedMessages >= BigInt(count)]).toEqual(['end', true])
    },
  )
})
