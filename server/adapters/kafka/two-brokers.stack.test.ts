import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import type { BrokerAdapter, ConsumerGroups, MessageReader } from '#server/ports/broker.ts'
import { browseBudget } from '#server/ports/call.ts'
import { startTwoBrokers, type TwoBrokers } from '#server/sandbox/stack/two-brokers.ts'
import { collectScan } from '#server/services/collect-scan.ts'
import { expectOk } from './broker-contract.ts'
import { makeKafkaAdapter } from './make-kafka-adapter.ts'

const topic = 'spread' as TopicName
const partitions = 4
const groups = Array.from({ length: 12 }, (_, index) => `group-${index}` as GroupId)
const call = () => ({ signal: AbortSignal.timeout(30_000) })

describe('a cluster of two brokers', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-two-'))
  let cluster: TwoBrokers
  let adapter: BrokerAdapter
  let facet: ConsumerGroups

  beforeAll(async () => {
    cluster = await startTwoBrokers(dataDir)
    const kafka = new Kafka({ brokers: [cluster.brokers], logLevel: logLevel.NOTHING })
    const admin = kafka.admin()
    await admin.connect()
    const replicaAssignment = Array.from({ length: partitions }, (_, partition) => ({
      partition,
      replicas: [1 + (partition % 2)],
    }))
    await admin.createTopics({ topics: [{ topic, replicaAssignment }], waitForLeaders: true })
    const producer = kafka.producer()
    await producer.connect()
    for (let partition = 0; partition < partitions; partition++)
      await producer.send({ topic, messages: [{ value: `in ${partition}`, partition }] })
    await producer.disconnect()
    await Promise.all(
      groups.map((groupId) =>
        admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1' }] }),
      ),
    )
    await admin.disconnect()
    adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'two', name: 'Two', brokers: cluster.brokers }))
    if (!adapter.groups) throw new Error('the adapter has no groups')
    facet = adapter.groups
  })
  afterAll(async () => {
    await adapter?.dispose()
    await cluster?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('is asked again at the new leader when a partition was taken to be elsewhere', async () => {
    const state = expectOk(await adapter.topics.find(topic, call()))
    const wrong = {
      ...state,
      partitions: state.partitions.map((one) => ({ ...one, leader: one.leader === 1 ? 2 : 1 })),
    }
    const [answer] = expectOk(await adapter.topics.offsets([wrong], call()))
    expect(answer?.failed).toEqual([])
    expect(answer?.partitions.map(({ end }) => end)).toEqual([1n, 1n, 1n, 1n])
  })

  it('tells groups of both brokers whole', async () => {
    const listed = await facet.list(call())
    expect(expectOk(listed).map(({ group }) => group)).toEqual(expect.arrayContaining(groups))
    const described = await facet.describe(groups, call())
    expect(expectOk(described).size).toBe(groups.length)
    const committed = await facet.committed(groups, call())
    expect(expectOk(committed).size).toBe(groups.length)
    for (const answer of [listed, described, committed]) expect(answer.ok && answer.degraded).toEqual([])
    const sizes = await adapter.topics.sizes(call())
    expect([expectOk(sizes).has(topic), sizes.ok && sizes.degraded]).toEqual([true, []])
  })

  it('with one of them dead tells what the other knows, and says what is missing', async () => {
    const before = expectOk(await facet.list(call())).length
    await cluster.stopSecond()
    const listed = await facet.list(call())
    expect(expectOk(listed).length).toBeLessThan(before)
    const mine = expectOk(listed).map(({ group }) => group)
    expect(mine.length).toBeGreaterThan(0)
    const sizes = await adapter.topics.sizes(call())
    expect(expectOk(sizes).has(topic)).toBe(true)
    const described = await facet.describe(groups, call())
    expect([...expectOk(described).keys()].sort()).toEqual(expect.arrayContaining([...mine].sort()))
    const committed = await facet.committed(groups, call())
    expect(expectOk(committed).size).toBeLessThan(groups.length)
    for (const answer of [described, committed])
      expect(answer.ok && answer.degraded.map(({ error }) => error.kind)).toEqual(['unreachable'])
    const page = expectOk(
      await collectScan(
        adapter.messages as MessageReader,
        { topics: [{ topic }], order: 'newest', limit: 10, budget: browseBudget },
        call(),
      ),
    )
    expect(page.messages.map(({ partition }) => partition).sort()).toEqual([0, 2])
    expect([page.stop, page.errors.map(({ partition }) => partition).sort()]).toEqual(['error', [1, 3]])
  })
})
