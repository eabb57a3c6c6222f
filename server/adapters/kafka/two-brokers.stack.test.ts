import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import type { BrokerAdapter } from '#server/ports/broker.ts'
import { browseBudget } from '#server/ports/call.ts'
import type { ConsumerGroups } from '#server/ports/consumer-groups.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import { commitOffsets } from '#server/sandbox/stack/commit-offsets.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { startTwoBrokers, type TwoBrokers } from '#server/sandbox/stack/two-brokers.ts'
import { collectScan } from '#server/services/collect-scan.ts'
import { expectOk } from './broker-contract.ts'
import { makeKafkaAdapter } from './make-kafka-adapter.ts'

const topic = 'spread' as TopicName
/** Of one partition that both hold. */
const doubled = 'doubled' as TopicName
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
    await makeTopics(admin, [
      { topic, replicaAssignment },
      { topic: doubled, replicaAssignment: [{ partition: 0, replicas: [1, 2] }] },
    ])
    const producer = kafka.producer()
    await producer.connect()
    for (let partition = 0; partition < partitions; partition++)
      await producer.send({ topic, messages: [{ value: `in ${partition}`, partition }] })
    await producer.disconnect()
    await Promise.all(groups.map((groupId) => commitOffsets(cluster.brokers.split(','), groupId, topic, [1])))
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

  const stateOf = async (name: TopicName) => {
    const listed = expectOk(await adapter.topics.list({ ...call(), maxAgeMs: 0 }))
    return listed.find((one) => one.name === name) ?? { name, topicId: null, internal: false, partitions: [] }
  }

  it('tells the size of every replica, and by its leader when each partition was written last', async () => {
    const replicas = await adapter.topics.replicaSizes(await stateOf(doubled), call())
    expect(expectOk(replicas).map(({ broker }) => broker)).toEqual([1, 2])
    expect(replicas.ok && replicas.degraded).toEqual([])
    const times = expectOk(await adapter.topics.lastTimes([await stateOf(topic)], call())).get(topic)
    expect([...(times?.values() ?? [])].every((time) => time !== null && time > 0n)).toBe(true)
    expect(times?.size).toBe(partitions)
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

  it('with one of them dead tells which partitions are offline, and which replicas are away', async () => {
    await expect
      .poll(async () => (await stateOf(doubled)).partitions[0]?.inSync, { timeout: 20_000 })
      .toEqual([1])
    expect((await stateOf(doubled)).partitions[0]).toMatchObject({ leader: 1, replicas: [1, 2] })
    expect((await stateOf(topic)).partitions.map(({ leader }) => leader)).toEqual([1, null, 1, null])
    const replicas = await adapter.topics.replicaSizes(await stateOf(doubled), call())
    expect(expectOk(replicas).map(({ broker }) => broker)).toEqual([1])
    expect(replicas.ok && replicas.degraded.map(({ part }) => part)).toEqual(['broker 2'])
    const times = expectOk(await adapter.topics.lastTimes([await stateOf(topic)], call())).get(topic)
    expect([...(times?.keys() ?? [])]).toEqual([0, 2])
  })

  it('with one of them dead writes each message once where the other leads, and says that not all were written', async () => {
    const value = Buffer.from('sent')
    const messages = [0, 1, 2, 3].map((partition) => ({
      topic,
      partition,
      key: null,
      value,
      headers: [],
      timestampMs: null,
    }))
    const sent = await adapter.publisher?.send(messages, call())
    expect(sent).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
    const [answer] = expectOk(await adapter.topics.offsets([await stateOf(topic)], call()))
    expect(answer?.partitions.map(({ partition, end }) => [partition, end])).toEqual([
      [0, 2n],
      [2, 2n],
    ])
  })

  it('with one of them dead takes it for coming back when topics are created, but not for more than it is', async () => {
    const admin = adapter.topicAdmin
    const create = (replicationFactor: number) =>
      admin?.create(
        { name: 'after' as TopicName, partitions: 1, replicationFactor, settings: new Map() },
        { ...call(), validateOnly: true },
      )
    expect(await create(2)).toMatchObject({ ok: true })
    expect(await create(3)).toMatchObject({
      ok: false,
      error: { kind: 'invalid', field: 'replicationFactor' },
    })
  })
})
