import { randomBytes } from 'node:crypto'
import type { Consumer, Producer } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Composition } from '#server/composition.ts'
import { endpoints } from '#server/contracts/endpoints.ts'
import type { ConnectionId, GroupId, TopicName } from '#server/contracts/scalars.ts'
import { recordFailure } from '#server/repositories/freshness.ts'
import { beat } from '#server/repositories/heartbeats.ts'
import { LeaseLostError } from '#server/repositories/leases.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { commitOffsets } from '#server/sandbox/stack/commit-offsets.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { composeLocal, good, meansOf, quietKafka, testCall } from './console-fixture.ts'
import { ensurePartitions } from './ensure-partitions.ts'
import { findAnything } from './find-anything.ts'
import { type HeldLease, holdLease } from './hold-lease.ts'
import { listConnections } from './list-connections.ts'
import { listGroups } from './list-groups.ts'
import { listMessages } from './list-messages.ts'
import { listTopics } from './list-topics.ts'
import { readTopicFacts } from './read-topic-facts.ts'
import { probeRegistry, sampleLag } from './sample-lag.ts'
import { showConnection } from './show-connection.ts'
import { showGroup } from './show-group.ts'
import { showHealth } from './show-health.ts'
import { showLagHistory } from './show-lag-history.ts'
import { showOverview } from './show-overview.ts'
import { showTopic } from './show-topic.ts'

const suffix = randomBytes(4).toString('hex')
const topic = `console-${suffix}` as TopicName
const reading = `console-${suffix}-reading` as GroupId
const stopped = `console-${suffix}-stopped` as GroupId
const nowhere = `console-${suffix}-nowhere`

let database: TestDatabase
let alive: Composition
let dead: Composition
let producer: Producer
let consumer: Consumer
let lease: HeldLease

const kafka = () => quietKafka(inject('brokers'))
const composeWith = (brokers: string): Composition => composeLocal(database, brokers, inject('registryUrl'))
const send = (count: number, from = 0) =>
  producer.send({
    topic,
    messages: Array.from({ length: count }, (_, index) => ({
      key: `order-${from + index}`,
      value: `{"amount":9007199254740993,"n":${from + index}}`,
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    })),
  })
const sample = async (composition = alive) => {
  const [deps, connection] = meansOf(composition)
  return sampleLag(deps, connection, { withSizes: true, lease }, testCall())
}

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  await ensurePartitions({ db: database.db, clock: { nowMs: () => Date.now() } })
  alive = composeWith(inject('brokers'))
  dead = composeWith('127.0.0.1:1')
  const admin = kafka().admin()
  await admin.connect()
  // Sending to a topic without leaders, kafkajs may send twice what it tries again.
  await makeTopics(admin, [{ topic, numPartitions: 3 }])
  producer = kafka().producer()
  await producer.connect()
  await send(300)
  await commitOffsets([inject('brokers')], stopped, topic, [1, 1, 1])
  await admin.disconnect()
  consumer = kafka().consumer({ groupId: reading, maxWaitTimeInMs: 200 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const seen = new Promise<void>((resolve) => {
    let count = 0
    void consumer.run({
      autoCommitInterval: 200,
      eachMessage: async () => {
        if (++count === 300) resolve()
      },
    })
  })
  await seen
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  const taken = await holdLease(alive.deps, 'sample-lag:local', 'test')
  if (!taken) throw new Error('the lease was free')
  lease = taken
  expect(await sample()).toMatchObject({ ok: true })
  await send(60, 300)
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(await sample()).toMatchObject({ ok: true })
})

afterAll(async () => {
  await consumer?.disconnect()
  await producer?.disconnect()
  const admin = kafka().admin()
  await admin.connect()
  await admin.deleteGroups([reading, stopped]).catch(() => {})
  await admin.deleteTopics({ topics: [topic] }).catch(() => {})
  await admin.disconnect()
  await lease?.release()
  await alive?.dispose()
  await dead?.dispose()
  await database?.drop()
})

describe('topics', () => {
  const query = (more: Record<string, string> = {}) =>
    endpoints.listTopics.query.parse({ q: `console-${suffix}`, ...more })

  it('are listed with messages, rate, size, groups and lag', async () => {
    const { data, degraded } = await good(
      endpoints.listTopics.output,
      listTopics(...meansOf(alive), query(), testCall()),
    )
    expect(degraded).toEqual([])
    expect(data).toMatchObject({ total: 1 })
    expect(data.unfilteredTotal).toBeGreaterThanOrEqual(1)
    const [row] = data.topics
    expect(row).toMatchObject({
      name: topic,
      kind: 'ordinary',
      partitions: 3,
      messages: '360',
      lagMessages: '357',
    })
    expect(row?.producedPerSecond).toBeGreaterThan(1)
    expect(BigInt(row?.sizeBytes ?? 0)).toBeGreaterThan(1_000n)
    expect(row?.groups?.map(({ group }) => group).sort()).toEqual([reading, stopped].sort())
  })

  it('say that their readers are not known as long as no worker has sampled them', async () => {
    const [deps, connection] = meansOf(alive)
    const found = await connection.broker.topics.find(topic as TopicName, testCall())
    if (!found.ok) throw new Error(found.error.detail)
    const other = { ...connection, id: 'never-sampled' as ConnectionId }
    const { rows, degraded } = await readTopicFacts(deps, other, [found.value], testCall())
    expect(rows).toMatchObject([{ name: topic, groups: null, lagMessages: null, producedPerSecond: null }])
    expect(degraded).toMatchObject([{ source: 'lag-sampling', detail: expect.stringContaining('No worker') }])
  })

  it('are paged in one order', async () => {
    const all = await good(
      endpoints.listTopics.output,
      listTopics(
        ...meansOf(alive),
        endpoints.listTopics.query.parse({ sort: 'messages', desc: 'true', limit: '500' }),
        testCall(),
      ),
    )
    const paged = await good(
      endpoints.listTopics.output,
      listTopics(
        ...meansOf(alive),
        endpoints.listTopics.query.parse({ sort: 'messages', desc: 'true', limit: '1', offset: '1' }),
        testCall(),
      ),
    )
    expect(paged.data.topics[0]?.partitions).toBe(all.data.topics[1]?.partitions)
    const counts = all.data.topics.map(({ messages }) => BigInt(messages ?? -1))
    expect(counts).toEqual(counts.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)))
  })

  it('show partitions and configuration, or say which topic is missing', async () => {
    const { data } = await good(endpoints.showTopic.output, showTopic(...meansOf(alive), topic, testCall()))
    expect(data.partitionRows.map(({ partition }) => partition)).toEqual([0, 1, 2])
    expect(data.config.find(({ name }) => name === 'cleanup.policy')).toMatchObject({ value: 'delete' })
    expect(await showTopic(...meansOf(alive), nowhere as TopicName, testCall())).toMatchObject({
      ok: false,
      error: { code: 'not-found', detail: `There is no topic named ${nowhere} on Local.` },
    })
  })
})

describe('groups', () => {
  it('are judged, most urgent first', async () => {
    const { data, degraded } = await good(
      endpoints.listGroups.output,
      listGroups(...meansOf(alive), { q: `console-${suffix}` }, testCall()),
    )
    expect(degraded).toEqual([])
    expect(
      data.groups.map(({ group, state, members, verdict }) => [group, state, members, verdict.kind]),
    ).toEqual([
      [stopped, 'empty', 0, 'stopped'],
      [reading, 'stable', 1, 'keeping-up'],
    ])
    expect(data.groups[0]?.verdict.sentence).toMatch(
      new RegExp(`^${stopped} has stopped: no members for at least .+, 357 messages waiting on ${topic}$`),
    )
  })

  it('show partitions with who reads them', async () => {
    const { data } = await good(endpoints.showGroup.output, showGroup(...meansOf(alive), reading, testCall()))
    expect(data.partitions).toHaveLength(3)
    expect(
      data.partitions.every(({ memberId, lagMessages }) => memberId !== null && lagMessages === '0'),
    ).toBe(true)
    const behind = await good(endpoints.showGroup.output, showGroup(...meansOf(alive), stopped, testCall()))
    expect(behind.data).toMatchObject({ lagMessages: '357', members: 0 })
    expect(await showGroup(...meansOf(alive), nowhere as GroupId, testCall())).toMatchObject({
      ok: false,
      error: { code: 'not-found', detail: `There is no consumer group named ${nowhere} on Local.` },
    })
  })

  it('say how old the oldest unread message is and whether it is deleted before they read it', async () => {
    const { data } = await good(endpoints.showGroup.output, showGroup(...meansOf(alive), stopped, testCall()))
    const now = Date.now()
    expect(data.partitions.every(({ oldestUnreadAt }) => (oldestUnreadAt ?? 0) > now - 300_000)).toBe(true)
    expect(data.margin?.oldestUnreadAt).toBe(
      Math.min(...data.partitions.map(({ oldestUnreadAt }) => oldestUnreadAt ?? 0)),
    )
    const leftMs = (data.margin?.lossAt ?? 0) - now
    expect(leftMs).toBeGreaterThan(7 * 86_400_000 - 300_000)
    expect(leftMs).toBeLessThanOrEqual(7 * 86_400_000)
    expect(data.margin?.sentence).toMatch(/^at this rate data is lost in 6 d 23 h at the earliest: /)
    const kept = await good(endpoints.showGroup.output, showGroup(...meansOf(alive), reading, testCall()))
    expect(kept.data.margin).toMatchObject({ oldestUnreadAt: null, lossAt: null, lostMessages: '0' })
  })

  it('have a history with gaps as nulls', async () => {
    const history = await good(
      endpoints.showLagHistory.output,
      showLagHistory(...meansOf(alive), { group: stopped, minutes: 5 }, testCall()),
    )
    const points = history.series[0]?.points ?? []
    expect(points.length).toBeLessThanOrEqual(360)
    expect(points[0]?.lagMessages).toBeNull()
    expect(points.at(-1)?.lagMessages ?? points.at(-2)?.lagMessages).toBe(357)
    expect(
      await showLagHistory(...meansOf(alive), { group: nowhere as GroupId, minutes: 5 }, testCall()),
    ).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    })
  })
})

describe('finding', () => {
  it('finds topics and groups by any part of their name, and offers the key', async () => {
    const { hits } = await good(
      endpoints.findAnything.output,
      findAnything(...meansOf(alive), { q: suffix }, testCall()),
    )
    expect(hits.map(({ noun, id }) => [noun, id])).toEqual([
      ['topic', topic],
      ['group', reading],
      ['group', stopped],
      ['message-key', suffix],
    ])
  })
})

describe('connections', () => {
  it('are listed without asking them, and shown with their cluster', async () => {
    const { connections } = await good(endpoints.listConnections.output, listConnections(dead.deps))
    expect(connections).toMatchObject([{ id: 'local', registryConfigured: true }])
    const shown = await good(endpoints.showConnection.output, showConnection(...meansOf(alive), testCall()))
    expect(shown.broker?.brokers).toBeGreaterThan(0)
    expect(shown.capabilities['read-messages']).toEqual({ state: 'yes' })
  })
})

describe('the overview', () => {
  it('is never green without a worker, and leads with that', async () => {
    const { data } = await good(endpoints.showOverview.output, showOverview(...meansOf(alive), testCall()))
    expect(data.troubles[0]).toMatchObject({ kind: 'not-checked', title: 'Not checked: no worker' })
  })

  it('names the stopped group and draws it', async () => {
    await beat(database.db, 'test')
    const { data } = await good(endpoints.showOverview.output, showOverview(...meansOf(alive), testCall()))
    expect(data.freshness.find(({ source }) => source === 'lag-sampling')?.stale).toBe(false)
    expect(data.troubles.find(({ link }) => link.id === stopped)).toMatchObject({ kind: 'group-stopped' })
    expect(data.map.nodes).toContainEqual({
      id: `service:${stopped}`,
      kind: 'service',
      name: stopped,
      trouble: 'critical',
    })
    for (const { points } of data.sparklines) expect(points).toHaveLength(60)
  })
})

describe('without the broker', () => {
  it('the overview still answers at once and says that the broker is away', async () => {
    const sampledNow = await sample(dead)
    expect(sampledNow).toMatchObject({ ok: false, error: { code: 'broker-unreachable' } })
    const startedAt = performance.now()
    const { data } = await good(endpoints.showOverview.output, showOverview(...meansOf(dead), testCall()))
    console.log(`overview without a broker: ${Math.round(performance.now() - startedAt)} ms`)
    const trouble = data.troubles.find(({ kind }) => kind === 'broker-unreachable')
    expect(trouble?.sinceMs).toBeGreaterThan(Date.now() - 120_000)
  })

  it('groups keep their last sample, and it is said from when that is', async () => {
    const listed = await good(
      endpoints.listGroups.output,
      listGroups(...meansOf(dead), { q: stopped }, testCall()),
    )
    expect(listed.data.groups[0]).toMatchObject({ group: stopped, lagMessages: '357' })
    expect(listed.degraded[0]).toMatchObject({ code: 'broker-unreachable', source: 'broker' })
    expect(listed.degraded[0]?.lastGoodAt).toBeGreaterThan(0)
    const shown = await good(endpoints.showGroup.output, showGroup(...meansOf(dead), stopped, testCall()))
    expect(shown.data.partitions).toEqual([])
  })

  it('topics and messages answer why', async () => {
    const query = endpoints.listTopics.query.parse({})
    expect(await listTopics(...meansOf(dead), query, testCall())).toMatchObject({
      ok: false,
      error: { code: 'broker-unreachable' },
    })
    expect(await listMessages(...meansOf(dead), { topic, limit: 5 }, testCall())).toMatchObject({
      ok: false,
    })
    const shown = await good(endpoints.showConnection.output, showConnection(...meansOf(dead), testCall()))
    expect(shown.broker).toBeNull()
  })

  it('health is degraded and names the broker within its patience', async () => {
    const startedAt = performance.now()
    const health = await good(endpoints.showHealth.output, showHealth(dead.deps, testCall()))
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    expect(health.state).toBe('degraded')
    const states = Object.fromEntries(health.dependencies.map(({ name, state }) => [name, state]))
    expect(states).toMatchObject({ database: 'up', 'broker local': 'down', 'registry local': 'up' })
  })
})

describe('a sampler that has lost its lease', () => {
  it('writes nothing', async () => {
    const [deps, connection] = meansOf(alive)
    const count = async () =>
      (await database.db.pool.query<{ count: string }>('SELECT count(*) FROM lag_sample')).rows[0]?.count
    const before = await count()
    const old = { name: lease.name, fence: lease.fence - 1n }
    await expect(sampleLag(deps, connection, { withSizes: false, lease: old }, testCall())).rejects.toThrow(
      LeaseLostError,
    )
    expect(await count()).toBe(before)
  })

  it('does not tell of its own trouble either', async () => {
    const [deps, connection] = meansOf(dead)
    const read = async () =>
      (await database.db.pool.query('SELECT * FROM source_freshness ORDER BY 1, 2')).rows
    const before = await read()
    const old = { name: lease.name, fence: lease.fence - 1n }
    await expect(sampleLag(deps, connection, { withSizes: false, lease: old }, testCall())).rejects.toThrow(
      LeaseLostError,
    )
    await expect(probeRegistry(deps, connection, old, testCall())).rejects.toThrow(LeaseLostError)
    expect(await read()).toEqual(before)
  })

  it('keeps the time of the last good round when one fails', async () => {
    await recordFailure(database.db, 'local', 'lag-sampling', 'because', lease)
    const { data } = await good(endpoints.showOverview.output, showOverview(...meansOf(alive), testCall()))
    expect(data.freshness.find(({ source }) => source === 'lag-sampling')?.lastGoodAt).toBeGreaterThan(0)
  })
})
