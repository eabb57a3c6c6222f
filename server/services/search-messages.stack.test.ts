import { randomBytes } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { z } from 'zod'
import { type Composition, compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import { messageStreamQuery } from '#server/contracts/message-stream.ts'
import type { ConnectionId, TopicName } from '#server/contracts/scalars.ts'
import { readEnv } from '#server/env.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { meansOf } from './console-fixture.ts'
import { searchWhole } from './search-fixture.ts'
import { type SearchInput, searchMessages } from './search-messages.ts'

const suffix = randomBytes(4).toString('hex')
const orders = `search-orders-${suffix}`
const payments = `search-payments-${suffix}`
const firstMs = 1_795_000_000_000

let database: TestDatabase
let composition: Composition

const compactQuery = (query: Record<string, unknown>): SearchInput => messageStreamQuery.parse(query)
const open = (query: Record<string, unknown>, signal: AbortSignal = AbortSignal.timeout(30_000)) => {
  const [connection] = composition.deps.connections
  if (!connection) throw new Error('the test has one connection')
  return searchMessages(composition.deps, connection, compactQuery(query), { signal })
}
type Found = Awaited<ReturnType<typeof searchWhole>>
const search = (query: z.input<typeof messageStreamQuery>): Promise<Found> =>
  searchWhole(meansOf(composition), query)
const refusal = async (query: Record<string, unknown>) => {
  const opened = await open(query)
  return opened.ok ? 'opened' : `${opened.error.code}: ${opened.error.detail}`
}
const keys = ({ rows }: Found): string[] => rows.map(({ key }) => key.text ?? '')

const orderOf = (n: number) => {
  const tenant = n % 100 === 0 ? 'acme' : 'other'
  return {
    key: `order-${n}`,
    value: `{"n":${n},"amount":${n * 10},"exact":9007199254740993,"tenant":"${tenant}","note":"${'x'.repeat(3_000)}"}`,
    headers: { tenant },
    partition: n % 3,
    timestamp: String(firstMs + n * 1_000),
  }
}

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  composition = compose(readEnv({ DATABASE_URL: database.url }), {
    connections: [
      connectionConfig.parse({
        id: 'local',
        name: 'Local',
        brokers: inject('brokers'),
        registry: { url: inject('registryUrl') },
      }),
    ],
  })
  const kafka = new Kafka({ brokers: inject('brokers').split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await makeTopics(admin, [
    { topic: orders, numPartitions: 3 },
    { topic: payments, numPartitions: 1 },
  ])
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  for (let from = 0; from < 3_000; from += 100)
    await producer.send({
      topic: orders,
      messages: Array.from({ length: 100 }, (_, index) => orderOf(from + index)),
    })
  await producer.send({
    topic: payments,
    messages: Array.from({ length: 30 }, (_, n) => ({
      key: `payment-${n}`,
      value: `{"order":"order-${n}"}`,
      timestamp: String(firstMs + n * 1_000 + 500),
    })),
  })
  await producer.disconnect()
})
afterAll(async () => {
  await composition?.dispose()
  await database?.drop()
})

describe('a search over messages', () => {
  it('finds the newest that fit, in a thread, and reports what it read', async () => {
    const found = await search({ topics: orders, search: 'header:tenant=acme', limit: '5' })
    expect(keys(found).slice(0, 5)).toEqual([
      'order-2900',
      'order-2800',
      'order-2700',
      'order-2600',
      'order-2500',
    ])
    expect(found.done.scan).toMatchObject({ partitions: 3, stop: 'enough', errors: [] })
    expect(Number(found.done.scan.messages)).toBeGreaterThan(0)
    expect(found.done.nextCursor).not.toBeNull()
  })
  it('goes on where it ended, without a gap and without a message twice', async () => {
    const all: string[] = []
    let cursor: string | null | undefined
    do {
      const found = await search({
        topics: orders,
        search: 'value:acme',
        limit: '7',
        ...(cursor ? { cursor } : {}),
      })
      all.push(...keys(found).slice(0, 7))
      cursor = found.done.nextCursor
    } while (cursor !== null)
    expect(all).toEqual(Array.from({ length: 30 }, (_, n) => `order-${(29 - n) * 100}`))
  })
  it('finds by an expression, whole numbers exact, and the terms beside it hold too', async () => {
    const found = await search({
      topics: orders,
      search: `where:"value.exact == 9007199254740993 && value.amount > 20000 && headers.tenant == 'acme'" -key:order-2500`,
    })
    expect(keys(found)).toEqual([2900, 2800, 2700, 2600, 2400, 2300, 2200, 2100].map((n) => `order-${n}`))
    expect(found.done.scan.stop).toBe('end')
    expect(await search({ topics: orders, search: 'where:"value.exact == 9007199254740992"' })).toMatchObject(
      {
        rows: [],
      },
    )
    const turned = await search({ topics: orders, search: '-where:"value.n < 2998"' })
    expect(keys(turned)).toEqual(['order-2999', 'order-2998'])
    expect(await refusal({ topics: orders, search: 'where:"value.n >"' })).toBe(
      'invalid-request: where, character 10 of the expression: unexpected token: the end.',
    )
  })
  it('merges several topics into one timeline, oldest first too', async () => {
    const untilMs = firstMs + 3_000
    const found = await search({
      topics: `${orders},${payments}`,
      search: `before:${new Date(untilMs).toISOString()}`,
      order: 'oldest',
    })
    expect(keys(found)).toEqual(['order-0', 'payment-0', 'order-1', 'payment-1', 'order-2', 'payment-2'])
  })
  it('says before it begins what can not be searched', async () => {
    expect(await refusal({ topics: `nowhere-${suffix}` })).toBe(
      `not-found: There is no topic named nowhere-${suffix} on Local.`,
    )
    expect(await refusal({ topics: orders, search: 'size:x' })).toMatch(
      /^invalid-request: search, character 6/,
    )
    expect(await refusal({ topics: orders, search: 'partition:77' })).toMatch(/^not-found: .*none of the/)
    expect(await refusal({ topics: orders, budgetBytes: '99999999999999' })).toMatch(
      /^invalid-request: budgetBytes: .*search\.mostMegabytes/,
    )
    expect(await refusal({ topics: orders, cursor: 'nonsense' })).toMatch(/^invalid-request: cursor/)
    expect(await refusal({ topics: orders, cursor: 'kept-nonsense' })).toMatch(/^not-found: cursor/)
  })
  it('searches the topics that are there, one made a moment ago too, and tells of those that are not', async () => {
    await search({ topics: orders, limit: '1' })
    const fresh = `search-fresh-${suffix}`
    const admin = new Kafka({ brokers: inject('brokers').split(','), logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    await makeTopics(admin, [{ topic: fresh, numPartitions: 1 }])
    const found = await search({ topics: `${fresh},${orders},nowhere-${suffix}`, limit: '1' })
    expect(found.rows.map(({ topic }) => topic)).toContain(orders)
    expect(found.done.scan).toMatchObject({ topics: 2, errors: [] })
    expect(found.done.scan.notes).toEqual([`The topic nowhere-${suffix} does not exist.`])
    expect(await refusal({ topics: fresh })).toBe('opened')
    await admin.deleteTopics({ topics: [fresh] })
    await admin.disconnect()
  })
  it('refuses a cursor of another connection', async () => {
    const { done } = await search({ topics: orders, limit: '5' })
    const [connection] = composition.deps.connections
    if (!connection || done.nextCursor === null) throw new Error('there is more')
    const asked = compactQuery({ topics: orders, limit: '5', cursor: done.nextCursor })
    const other = { ...connection, id: 'other' as ConnectionId }
    const opened = await searchMessages(composition.deps, other, asked, {
      signal: AbortSignal.timeout(9_000),
    })
    expect(opened).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
  })
  it('refuses a cursor of another search', async () => {
    const { done } = await search({ topics: orders, search: 'value:acme', limit: '3' })
    expect(await refusal({ topics: orders, search: 'value:other', cursor: done.nextCursor })).toMatch(
      /^invalid-request: cursor/,
    )
  })
  it('stops at the budget, says so and can be gone on with', async () => {
    const found = await search({ topics: orders, search: 'value:nowhere-to-be-found', budgetBytes: '100000' })
    expect(found.done.scan.stop).toBe('budget')
    expect(found.done.scan.budget.bytes).toBe(100_000)
    expect(found.done.nextCursor).not.toBeNull()
  })
  it('stops reading when its reader goes, long before it is through', async () => {
    const [connection] = composition.deps.connections
    if (!connection) throw new Error('the test has one connection')
    const whole = BigInt((await search({ topics: orders, search: 'where:"value.n < 0"' })).done.scan.messages)
    const leaving = new AbortController()
    const steps = composition.deps.scanner.scan(
      {
        connection: connection.id,
        topics: [{ topic: orders as TopicName }],
        search: 'where:"value.n < 0"',
        nowMs: Date.now(),
        order: 'newest',
        isolation: 'committed',
        limit: 50,
        budget: { messages: 1_000_000, bytes: 1_000_000_000, milliseconds: 60_000 },
        choices: new Map(),
      },
      { signal: leaving.signal },
    )
    const first = steps.next()
    await new Promise((resolve) => setTimeout(resolve, 5))
    leaving.abort()
    const startedAt = performance.now()
    let step = await first
    while (!step.done) step = await steps.next()
    const ms = performance.now() - startedAt
    // The time is told, not asserted: the machine of a test may be busy.
    console.log(`a search stopped ${ms.toFixed(0)} ms after its reader had gone`)
    if (step.value.ok) {
      expect(step.value.value.stop).toBe('cancelled')
      expect(step.value.value.scannedMessages).toBeLessThan(whole)
    } else expect(step.value.error.kind).toBe('timeout')
  })
  it('ends with its signal, and says that it was cancelled or nothing more', async () => {
    const leaving = new AbortController()
    const opened = await open({ topics: orders, search: 'value:nowhere-to-be-found' }, leaving.signal)
    if (!opened.ok) throw new Error(opened.error.detail)
    await opened.value.next()
    leaving.abort()
    const startedAt = performance.now()
    const stops: string[] = []
    for await (const event of opened.value) if (event.type === 'done') stops.push(event.scan.stop)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    expect(stops.filter((stop) => stop !== 'cancelled')).toEqual([])
  })
})
