import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { BrokerAdapter } from '#server/ports/broker.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { ScanEnd, ScanRequest } from '#server/ports/scan.ts'
import { freezeProcess } from '#server/sandbox/stack/freeze-process.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { type RunningStack, startStack } from '#server/sandbox/stack/start-stack.ts'
import { startTwoBrokers, type TwoBrokers } from '#server/sandbox/stack/two-brokers.ts'
import { expectOk } from './broker-contract.ts'
import { makeKafkaAdapter } from './make-kafka-adapter.ts'
import { findNothingSlowly } from './scan-fixture.ts'

const count = 60_000
const valueBytes = 1_000
const topic = 'scanned' as TopicName
const call = () => ({ signal: AbortSignal.timeout(50_000) })

const fill = async (brokers: string, assignment: { partition: number; replicas: number[] }[] | null) => {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await makeTopics(admin, [
    { topic, ...(assignment ? { replicaAssignment: assignment } : { numPartitions: 2 }) },
  ])
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  const value = Buffer.alloc(valueBytes, 'x')
  for (let sent = 0; sent < count; sent += 1_000)
    await producer.send({
      topic,
      messages: Array.from({ length: 1_000 }, (_, index) => ({ value, partition: index % 2 })),
    })
  await producer.disconnect()
}
const requestOf = (milliseconds: number): ScanRequest => ({
  topics: [{ topic }],
  order: 'newest',
  limit: 10,
  filter: findNothingSlowly,
  budget: { messages: 1e9, bytes: 1e9, milliseconds },
})
/** Runs a scan to its end; after the first step that read something, `meanwhile` happens. */
const scanWhile = async (
  adapter: BrokerAdapter,
  request: ScanRequest,
  meanwhile: () => Promise<unknown>,
): Promise<{ readonly end: ScanEnd; readonly gapsMs: readonly number[] }> => {
  const steps = (adapter.messages as MessageReader).scan(request, call())
  const gapsMs: number[] = []
  let happening: Promise<unknown> | null = null
  let toldAt = performance.now()
  for (;;) {
    const next = await steps.next()
    gapsMs.push(performance.now() - toldAt)
    toldAt = performance.now()
    if (next.done) {
      await happening
      return { end: expectOk(next.value), gapsMs }
    }
    if (next.value.scannedMessages > 0n) happening ??= meanwhile()
  }
}

describe('a scan', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-scan-'))
  let stack: RunningStack
  let adapter: BrokerAdapter

  beforeAll(async () => {
    stack = await startStack({ dataDir, parts: ['kafka'] })
    await fill(stack.brokers, null)
    adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'one', name: 'One', brokers: stack.brokers }))
  })
  afterAll(async () => {
    await adapter?.dispose()
    await stack?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('tells how it fares although its broker hangs, and goes on when that goes on', async () => {
    const pid = Number.parseInt(readFileSync(join(dataDir, 'kafka.pid'), 'utf8'), 10)
    const { end, gapsMs } = await scanWhile(adapter, requestOf(30_000), async () => {
      await freezeProcess(pid)
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      process.kill(pid, 'SIGCONT')
    })
    expect([end.stop, end.scannedMessages]).toEqual(['end', BigInt(count)])
    expect(gapsMs.toSorted((a, b) => a - b).at(Math.floor(gapsMs.length * 0.8))).toBeLessThan(400)
    expect(gapsMs.length).toBeGreaterThan(5)
  })

  it('goes on when its broker was killed and started again, and reads each message once', async () => {
    const { end } = await scanWhile(adapter, requestOf(45_000), async () => {
      await stack.stopPart('kafka', 'kill')
      await stack.startPart('kafka')
    })
    expect([end.stop, end.errors, end.scannedMessages]).toEqual(['end', [], BigInt(count)])
  })

  it('says which partitions it could not read when its broker does not come back in time, and goes on later', async () => {
    const { end } = await scanWhile(adapter, requestOf(3_000), () => stack.stopPart('kafka', 'kill'))
    expect(end.stop).toBe('error')
    expect(end.errors.map(({ partition }) => partition).toSorted()).toEqual([0, 1])
    expect(end.errors.map(({ error }) => error.kind)).toEqual(['unreachable', 'unreachable'])
    expect([...(end.goOnAt.get(topic)?.keys() ?? [])].toSorted()).toEqual([0, 1])
    await stack.startPart('kafka')
    const { goOnAt, goOnWith } = end
    const rest = await scanWhile(adapter, { ...requestOf(30_000), goOnAt, goOnWith }, async () => {})
    expect(rest.end.stop).toBe('end')
    const left = [...(goOnAt.get(topic)?.values() ?? [])].reduce((sum, one) => sum + one, 0n)
    expect(rest.end.scannedMessages).toBe(left)
  })
})

describe('a scan over two brokers', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-scan-two-'))
  let cluster: TwoBrokers
  let adapter: BrokerAdapter

  beforeAll(async () => {
    cluster = await startTwoBrokers(dataDir)
    await fill(cluster.brokers, [
      { partition: 0, replicas: [1, 2] },
      { partition: 1, replicas: [2, 1] },
    ])
    adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'two', name: 'Two', brokers: cluster.brokers }))
  })
  afterAll(async () => {
    await adapter?.dispose()
    await cluster?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('follows a partition to its new leader', async () => {
    const { end } = await scanWhile(adapter, requestOf(45_000), () => cluster.stopSecond())
    expect([end.stop, end.errors, end.scannedMessages]).toEqual(['end', [], BigInt(count)])
  })
})
