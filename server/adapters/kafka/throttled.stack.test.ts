import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alterClientQuotasV1, Connection } from '@platformatic/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { BrokerAdapter } from '#server/ports/broker.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { type RunningStack, startStack } from '#server/sandbox/stack/start-stack.ts'
import { expectOk } from './broker-contract.ts'
import { makeKafkaAdapter } from './make-kafka-adapter.ts'

const topic = 'throttled' as TopicName
const records = 2_000
const valueBytes = 1_000
const bytesPerSecond = 400_000
const call = () => ({ signal: AbortSignal.timeout(50_000) })

describe('a broker that throttles this client by its quota', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-throttled-'))
  let stack: RunningStack
  let adapter: BrokerAdapter
  let reader: MessageReader

  beforeAll(async () => {
    stack = await startStack({ dataDir, parts: ['kafka'] })
    const kafka = new Kafka({ brokers: [stack.brokers], logLevel: logLevel.NOTHING })
    const admin = kafka.admin()
    await admin.connect()
    await makeTopics(admin, [{ topic, numPartitions: 1 }])
    await admin.disconnect()
    const producer = kafka.producer()
    await producer.connect()
    const value = Buffer.alloc(valueBytes, 'x')
    for (let sent = 0; sent < records; sent += 100)
      await producer.send({ topic, messages: Array.from({ length: 100 }, () => ({ value })) })
    await producer.disconnect()
    const connection = new Connection('quota')
    await connection.connect('127.0.0.1', stack.ports.kafka)
    await alterClientQuotasV1.api.async(
      connection,
      [
        {
          entities: [{ entityType: 'client-id', entityName: 'spillway' }],
          ops: [{ key: 'consumer_byte_rate', value: bytesPerSecond, remove: false }],
        },
      ],
      false,
    )
    await connection.close()
    adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'slow', name: 'Slow', brokers: stack.brokers }))
    reader = adapter.messages as MessageReader
  })
  afterAll(async () => {
    await adapter?.dispose()
    await stack?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('loses no record: an empty answer is tried again after the time the broker asked for', async () => {
    const budget = { messages: records * 2, bytes: 1e9, milliseconds: 40_000 }
    const offsets: bigint[] = []
    for (let from = 0n; from < BigInt(records); ) {
      const read = expectOk(
        await reader.readForward({ topic, partition: 0, from, limit: 400, budget }, call()),
      )
      expect(read.errors).toEqual([])
      offsets.push(...read.messages.map(({ offset }) => offset))
      from = read.resumeAt.get(0) ?? from
    }
    expect(offsets).toEqual(Array.from({ length: records }, (_, index) => BigInt(index)))
  })

  it('is said to throttle when there is no time to wait for it, and nothing unread counts as read', async () => {
    const budget = { messages: records * 2, bytes: 1e9, milliseconds: 300 }
    let held = expectOk(
      await reader.readForward({ topic, partition: 0, from: 0n, limit: records, budget }, call()),
    )
    for (let tries = 0; held.errors.length === 0 && tries < 10; tries++)
      held = expectOk(
        await reader.readForward({ topic, partition: 0, from: 0n, limit: records, budget }, call()),
      )
    expect(held.errors[0]?.error).toMatchObject({ kind: 'overloaded' })
    expect(held.errors[0]?.error.detail).toContain('throttles this client by its quota')
    expect(held.stop).toBe('error')
    expect(held.resumeAt.get(0)).toBe((held.messages.at(-1)?.offset ?? -1n) + 1n)
  })
})
