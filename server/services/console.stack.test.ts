import { randomBytes } from 'node:crypto'
import { type Consumer, Kafka, logLevel, type Producer } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Composition, compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import { endpoints } from '#server/contracts/endpoints.ts'
import type { GroupId, Position, TopicName } from '#server/contracts/scalars.ts'
import type { Result } from '#server/domain/result.ts'
import { readEnv } from '#server/env.ts'
import { recordFailure } from '#server/repositories/freshness.ts'
import { beat } from '#server/repositories/heartbeats.ts'
import { LeaseLostError } from '#server/repositories/leases.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import type { Connection, Deps } from './deps.ts'
import { ensurePartitions } from './ensure-partitions.ts'
import type { Fault } from './fault.ts'
import { findAnything } from './find-anything.ts'
import { type HeldLease, holdLease } from './hold-lease.ts'
import { listConnections } from './list-connections.ts'
import { listGroups } from './list-groups.ts'
import { listMessages } from './list-messages.ts'
import { listTopics } from './list-topics.ts'
import { probeRegistry, sampleLag } from './sample-lag.ts'
import { showConnection } from './show-connection.ts'
import { showGroup } from './show-group.ts'
import { showHealth } from './show-health.ts'
import { showLagHistory } from './show-lag-history.ts'
import { showMessage } from './show-message.ts'
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

const kafka = () => new Kafka({ brokers: inject('brokers').split(','), logLevel: logLevel.NOTHING })
const call = () => ({ signal: AbortSignal.timeout(10_000) })
const composeWith = (brokers: string): Composition =>
  compose(readEnv({ DATABASE_URL: database.url }), {
    connections: [
      connectionConfig.parse({
        id: 'local',
        name: 'Local',
        brokers,
        registry: { url: inject('registryUrl') },
      }),
    ],
  })
const of = (composition: Composition): [Deps, Connection] => {
  const [connection] = composition.deps.connections
  if (!connection) throw new Error('the test has one connection')
  return [composition.deps, connection]
}
/** The value of an answer that must be good and fit its contract. */
const good = async <T>(
  output: { parse(value: unknown): unknown },
  answer: Promise<Result<T, Fault>>,
): Promise<T> => {
  const result = await answer
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`)
  output.parse(result.value)
  return result.value
}
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
  const [deps, connection] = of(composition)
  return sampleLag(deps, connection, { withSizes: true, lease }, call())
}

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  await ensurePartitions({ db: database.db, clock: { nowMs: () => Date.now() } })
  alive = composeWith(inject('brokers'))
  dead = composeWith('127.0.0.1:1')
  const admin = kafka().admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] })
  producer = kafka().producer()
  await producer.connect()
  await send(300)
  await admin.setOffsets({
    groupId: stopped,
    topic,
    partitions: [0, 1, 2].map((partition) => ({ partition, offset: '1' })),
  })
  await admin.disconnect()
  consumer = kafka().consumer({ groupId: reading })
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
      listTopics(...of(alive), query(), call()),
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
    expect(row?.groups.map(({ group }) => group).sort()).toEqual([reading, stopped].sort())
  })

  it('are paged in one order', async () => {
    const all = await good(
      endpoints.listTopics.output,
      listTopics(
        ...of(alive),
        endpoints.listTopics.query.parse({ sort: 'messages', desc: 'true', limit: '500' }),
        call(),
      ),
    )
    const paged = await good(
      endpoints.listTopics.output,
      listTopics(
        ...of(alive),
        endpoints.listTopics.query.parse({ sort: 'messages', desc: 'true', limit: '1', offset: '1' }),
        call(),
      ),
    )
    expect(paged.data.topics[0]?.partitions).toBe(all.data.topics[1]?.partitions)
    const counts = all.data.topics.map(({ messages }) => BigInt(messages ?? -1))
    expect(counts).toEqual(counts.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)))
  })

  it('show partitions and configuration, or say which topic is missing', async () => {
    const { data } = await good(endpoints.showTopic.output, showTopic(...of(alive), topic, call()))
    expect(data.partitionRows.map(({ partition }) => partition)).toEqual([0, 1, 2])
    expect(data.config.find(({ name }) => name === 'cleanup.policy')).toMatchObject({ value: 'delete' })
    expect(await showTopic(...of(alive), nowhere as TopicName, call())).toMatchObject({
      ok: false,
      error: { code: 'not-found', detail: `There is no topic named ${nowhere} on Local.` },
    })
  })
})

describe('messages', () => {
  const list = (more: { limit?: number; search?: string; cursor?: string } = {}) =>
    listMessages(...of(alive), { topic, limit: 50, search: '', ...more }, call())

  it('come newest first and page by page, each once', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    let lastAt = Number.POSITIVE_INFINITY
    do {
      const page = await good(
        endpoints.listMessages.output,
        list({ limit: 100, ...(cursor === undefined ? {} : { cursor }) }),
      )
      for (const { position, timestampMs } of page.messages) {
        seen.push(position)
        expect(timestampMs).toBeLessThanOrEqual(lastAt)
        lastAt = timestampMs ?? 0
      }
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined && seen.length < 1_000)
    expect(seen).toHaveLength(360)
    expect(new Set(seen).size).toBe(360)
  })

  it('are found by key, and opened whole with every digit', async () => {
    const found = await good(endpoints.listMessages.output, list({ search: 'key:order-42' }))
    expect(found.messages).toHaveLength(1)
    expect(found.scan.messages).toBe('360')
    const position = found.messages[0]?.position as Position
    const message = await good(
      endpoints.showMessage.output,
      showMessage(...of(alive), { topic, position }, call()),
    )
    expect(message.value.text).toContain('9007199254740993')
    expect(message.traceId).toBe('0af7651916cd43dd8448eb211c80319c')
    expect(message.headers[0]?.name).toBe('traceparent')
  })

  it('are searched by text, by trace and within partitions', async () => {
    const found = async (search: string) => {
      const { messages, scan } = await good(endpoints.listMessages.output, list({ search, limit: 500 }))
      expect(scan.stop).toBe('end')
      return messages
    }
    expect(await found('value:"\\"n\\":42}"')).toHaveLength(1)
    expect(await found('b7ad6b7169203331 -key:order-1')).toHaveLength(359)
    expect(await found('trace:0af7651916cd43dd8448eb211c80319c')).toHaveLength(360)
    expect(await found('after:1h')).toHaveLength(360)
    expect(await found('before:1h')).toHaveLength(0)
    expect(await found('after:2030-01-01T00:00:00Z')).toHaveLength(0)
    const [newest] = await found('partition:0')
    const at = new Date(newest?.timestampMs ?? 0).toISOString()
    const since = await found(`partition:0 after:${at}`)
    expect(since.every(({ timestampMs }) => timestampMs === newest?.timestampMs)).toBe(true)
    expect(since.length + (await found(`partition:0 before:${at}`)).length).toBe(
      (await found('partition:0')).length,
    )
    const inTwo = await found('partition:0,2 order-')
    expect(new Set(inTwo.map(({ partition }) => partition))).toEqual(new Set([0, 2]))
    const inOne = await found('partition:1')
    expect(inTwo.length + inOne.length).toBe(360)
  })

  it('refuse a foreign cursor, and name what is missing', async () => {
    expect(await list({ cursor: 'e30' })).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
    expect(await list({ search: 'partition:9' })).toMatchObject({ ok: false, error: { code: 'not-found' } })
    expect(await list({ search: 'key:"open' })).toMatchObject({
      ok: false,
      error: { code: 'invalid-request', detail: 'search, character 5: this quote is not closed.' },
    })
    const position = '0@999999' as Position
    const missing = await showMessage(...of(alive), { topic, position }, call())
    expect(missing).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })
})

describe('groups', () => {
  it('are judged, most urgent first', async () => {
    const { data, degraded } = await good(
      endpoints.listGroups.output,
      listGroups(...of(alive), { q: `console-${suffix}` }, call()),
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
    const { data } = await good(endpoints.showGroup.output, showGroup(...of(alive), reading, call()))
    expect(data.partitions).toHaveLength(3)
    expect(
      data.partitions.every(({ memberId, lagMessages }) => memberId !== null && lagMessages === '0'),
    ).toBe(true)
    const behind = await good(endpoints.showGroup.output, showGroup(...of(alive), stopped, call()))
    expect(behind.data).toMatchObject({ lagMessages: '357', members: 0 })
    expect(await showGroup(...of(alive), nowhere as GroupId, call())).toMatchObject({
      ok: false,
      error: { code: 'not-found', detail: `There is no consumer group named ${nowhere} on Local.` },
    })
  })

  it('say how old the oldest unread message is and whether it is deleted before they read it', async () => {
    const { data } = await good(endpoints.showGroup.output, showGroup(...of(alive), stopped, call()))
    const now = Date.now()
    expect(data.partitions.every(({ oldestUnreadAt }) => (oldestUnreadAt ?? 0) > now - 300_000)).toBe(true)
    expect(data.margin?.oldestUnreadAt).toBe(
      Math.min(...data.partitions.map(({ oldestUnreadAt }) => oldestUnreadAt ?? 0)),
    )
    const leftMs = (data.margin?.lossAt ?? 0) - now
    expect(leftMs).toBeGreaterThan(7 * 86_400_000 - 300_000)
    expect(leftMs).toBeLessThanOrEqual(7 * 86_400_000)
    expect(data.margin?.sentence).toMatch(/^at this rate data is lost in 6 d 23 h at the earliest: /)
    const kept = await good(endpoints.showGroup.output, showGroup(...of(alive), reading, call()))
    expect(kept.data.margin).toMatchObject({ oldestUnreadAt: null, lossAt: null, lostMessages: '0' })
  })

  it('have a history with gaps as nulls', async () => {
    const history = await good(
      endpoints.showLagHistory.output,
      showLagHistory(...of(alive), { group: stopped, minutes: 5 }, call()),
    )
    const points = history.series[0]?.points ?? []
    expect(points.length).toBeLessThanOrEqual(360)
    expect(points[0]?.lagMessages).toBeNull()
    expect(points.at(-1)?.lagMessages ?? points.at(-2)?.lagMessages).toBe(357)
    expect(
      await showLagHistory(...of(alive), { group: nowhere as GroupId, minutes: 5 }, call()),
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
      findAnything(...of(alive), { q: suffix }, call()),
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
    const shown = await good(endpoints.showConnection.output, showConnection(...of(alive), call()))
    expect(shown.broker?.brokers).toBeGreaterThan(0)
    expect(shown.capabilities['read-messages']).toEqual({ state: 'yes' })
  })
})

describe('the overview', () => {
  it('is never green without a worker, and leads with that', async () => {
    const { data } = await good(endpoints.showOverview.output, showOverview(...of(alive), call()))
    expect(data.troubles[0]).toMatchObject({ kind: 'not-checked', title: 'Not checked: no worker' })
  })

  it('names the stopped group and draws it', async () => {
    await beat(database.db, 'test')
    const { data } = await good(endpoints.showOverview.output, showOverview(...of(alive), call()))
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
    const { data } = await good(endpoints.showOverview.output, showOverview(...of(dead), call()))
    console.log(`overview without a broker: ${Math.round(performance.now() - startedAt)} ms`)
    const trouble = data.troubles.find(({ kind }) => kind === 'broker-unreachable')
    expect(trouble?.sinceMs).toBeGreaterThan(Date.now() - 120_000)
  })

  it('groups keep their last sample, and it is said from when that is', async () => {
    const listed = await good(endpoints.listGroups.output, listGroups(...of(dead), { q: stopped }, call()))
    expect(listed.data.groups[0]).toMatchObject({ group: stopped, lagMessages: '357' })
    expect(listed.degraded[0]).toMatchObject({ code: 'broker-unreachable', source: 'broker' })
    expect(listed.degraded[0]?.lastGoodAt).toBeGreaterThan(0)
    const shown = await good(endpoints.showGroup.output, showGroup(...of(dead), stopped, call()))
    expect(shown.data.partitions).toEqual([])
  })

  it('topics and messages answer why', async () => {
    const query = endpoints.listTopics.query.parse({})
    expect(await listTopics(...of(dead), query, call())).toMatchObject({
      ok: false,
      error: { code: 'broker-unreachable' },
    })
    expect(await listMessages(...of(dead), { topic, limit: 5, search: '' }, call())).toMatchObject({
      ok: false,
    })
    const shown = await good(endpoints.showConnection.output, showConnection(...of(dead), call()))
    expect(shown.broker).toBeNull()
  })

  it('health is degraded and names the broker within its patience', async () => {
    const startedAt = performance.now()
    const health = await good(endpoints.showHealth.output, showHealth(dead.deps, call()))
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    expect(health.state).toBe('degraded')
    const states = Object.fromEntries(health.dependencies.map(({ name, state }) => [name, state]))
    expect(states).toMatchObject({ database: 'up', 'broker local': 'down', 'registry local': 'up' })
  })
})

describe('a sampler that has lost its lease', () => {
  it('writes nothing', async () => {
    const [deps, connection] = of(alive)
    const count = async () =>
      (await database.db.pool.query<{ count: string }>('SELECT count(*) FROM lag_sample')).rows[0]?.count
    const before = await count()
    const old = { name: lease.name, fence: lease.fence - 1n }
    await expect(sampleLag(deps, connection, { withSizes: false, lease: old }, call())).rejects.toThrow(
      LeaseLostError,
    )
    expect(await count()).toBe(before)
  })

  it('does not tell of its own trouble either', async () => {
    const [deps, connection] = of(dead)
    const read = async () =>
      (await database.db.pool.query('SELECT * FROM source_freshness ORDER BY 1, 2')).rows
    const before = await read()
    const old = { name: lease.name, fence: lease.fence - 1n }
    await expect(sampleLag(deps, connection, { withSizes: false, lease: old }, call())).rejects.toThrow(
      LeaseLostError,
    )
    await expect(probeRegistry(deps, connection, old, call())).rejects.toThrow(LeaseLostError)
    expect(await read()).toEqual(before)
  })

  it('keeps the time of the last good round when one fails', async () => {
    await recordFailure(database.db, 'local', 'lag-sampling', 'because', lease)
    const { data } = await good(endpoints.showOverview.output, showOverview(...of(alive), call()))
    expect(data.freshness.find(({ source }) => source === 'lag-sampling')?.lastGoodAt).toBeGreaterThan(0)
  })
})
