import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest'
import { endpoints } from '#server/contracts/endpoints.ts'
import { readNewestLetterId } from '#server/repositories/count-letters.ts'
import {
  type Bench,
  good,
  openBench,
  outgoing,
  springHeaders,
  takeLease,
  text,
} from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import { describeFailureGroups } from './describe-failure-groups.ts'
import { keepExpiring } from './keep-expiring.ts'
import { listFailureGroups } from './list-failure-groups.ts'
import { keepingLeaseOf } from './read-keeping.ts'

const hourMs = 3_600_000
let bench: Bench
let origin: string
let topic: string
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  origin = await bench.makeTopic(`inbox-${bench.suffix}`, 1, { 'retention.ms': String(5 * hourMs) })
  topic = await bench.makeTopic(`inbox-${bench.suffix}-dlt`, 2, { 'retention.ms': String(3 * hourMs) })
})
afterAll(() => bench.dispose())

const letters = (
  errorClass: string,
  keys: readonly (string | null)[],
  more: {
    readonly traceId?: string
    readonly from?: string
    readonly agoMs?: number
    readonly writtenAgoMs?: number
  } = {},
) =>
  bench.send(
    keys.map((key, at) =>
      outgoing(topic, {
        key,
        partition: at % 2,
        timestampMs: BigInt(Date.now() - (more.agoMs ?? 0)),
        headers: [
          ...springHeaders({
            topic: more.from ?? origin,
            group: 'payments',
            errorClass,
            writtenMs: BigInt(Date.now() - (more.writtenAgoMs ?? more.agoMs ?? 0)),
          }),
          ...(more.traceId === undefined
            ? []
            : [text('traceparent', `00-${more.traceId}-${'ab'.repeat(8)}-01`)]),
        ],
      }),
    ),
  )
const list = async (more: Record<string, string> = {}) => {
  const query = endpoints.listFailureGroups.query.parse({ state: 'all', topic, ...more })
  const { data } = await good(listFailureGroups(bench.deps, bench.connection, query, bench.call()))
  return data.groups
}
/** Other tests on the same broker have their failures, too: a step takes some of all. */
const describeAll = async () => {
  for (let step = 0; step < 15; step++) await describeFailureGroups(bench.deps, bench.connection)
}
/** Until all letters of now are counted: those of a transaction that is under way elsewhere on the server wait for it. */
const countAll = async () => {
  const { db } = bench.database
  const newest = await readNewestLetterId(db)
  await vi.waitFor(
    async () => {
      await describeFailureGroups(bench.deps, bench.connection)
      const { rows } = await db.pool.query<{ counted_id: string }>('SELECT counted_id FROM key_counting')
      expect(BigInt(rows[0]?.counted_id ?? 0)).toBeGreaterThanOrEqual(newest ?? 0n)
    },
    { timeout: 20_000, interval: 100 },
  )
}
const named = async (name: string) => (await list()).find(({ rootCause }) => rootCause === name)

it('counts the different keys of a group as its letters come, exactly while they are few', async () => {
  await letters('com.shop.Few', ['a', 'b', 'a', null])
  await bench.index()
  expect(await named('com.shop.Few')).toMatchObject({ count: 4, keys: null })
  await countAll()
  expect(await named('com.shop.Few')).toMatchObject({ count: 4, keys: { count: 2, isExact: true } })
  await letters('com.shop.Few', ['b', 'c'])
  await bench.index()
  await countAll()
  expect(await named('com.shop.Few')).toMatchObject({ count: 6, keys: { count: 3, isExact: true } })
})

it('estimates many keys, and finds the same count when it counts them anew', async () => {
  await letters(
    'com.shop.Many',
    Array.from({ length: 3_000 }, (_, at) => `order-${at}`),
  )
  await bench.index()
  await countAll()
  const { pool } = bench.database.db
  const counted = (await named('com.shop.Many'))?.keys
  expect(counted?.isExact).toBe(false)
  expect(Math.abs((counted?.count ?? 0) - 3_000)).toBeLessThan(120)
  await pool.query('UPDATE failure_group SET keys_due = true')
  expect((await named('com.shop.Many'))?.keys).toBeNull()
  await letters('com.shop.Many', ['order-1'])
  await bench.index()
  await describeAll()
  expect((await named('com.shop.Many'))?.keys).toEqual(counted)
})

it('tells services from the traces of its newest letters, the one that reads first', async () => {
  const traceId = randomBytes(16).toString('hex')
  await letters('com.shop.Traced', ['a'], { traceId })
  await bench.index()
  const span = (service: string, kind: number, group: string | null) =>
    bench.database.db.pool.query(
      `INSERT INTO span (trace_id, span_id, day, kind, service, name, start_ns, end_ns, status, attributes, resource, events, group_id)
       SELECT decode($1, 'hex'), decode($2, 'hex'), current_date, $3, $4, 'x', 1, 2, 0, '{}', '{}', '[]', $5`,
      [traceId, randomBytes(8).toString('hex'), kind, service, group],
    )
  await span('checkout', 3, null)
  await span('payment-service', 5, 'payments')
  await span('spillway-worker', 5, 'payments')
  await describeAll()
  expect((await named('com.shop.Traced'))?.services).toEqual(['payment-service', 'checkout'])
  expect((await list({ q: 'payment-service' })).map(({ rootCause }) => rootCause)).toEqual([
    'com.shop.Traced',
  ])
})

it('a message can be sent while its letter or what died is sure to be there: tells when, sorts and narrows by it', async () => {
  const keptForEver = await bench.makeTopic(`state-${bench.suffix}`, 1, { 'cleanup.policy': 'compact' })
  const brief = await bench.makeTopic(`brief-${bench.suffix}`, 1, { 'retention.ms': String(hourMs) })
  await letters('com.shop.Brief', ['a'], { from: brief })
  await letters('com.shop.Old', ['a'], { from: keptForEver, agoMs: 2 * hourMs })
  await bench.index()
  const now = Date.now()
  const near = (at: number | null | undefined, hours: number) =>
    expect(Math.abs((at ?? 0) - now - hours * hourMs)).toBeLessThan(60_000)
  const few = await named('com.shop.Few')
  near(few?.firstExpiresAt, 3)
  near(few?.originExpiresAt, 5)
  near(few?.unrecoverableAt, 5)
  const withBriefOrigin = await named('com.shop.Brief')
  near(withBriefOrigin?.originExpiresAt, 1)
  near(withBriefOrigin?.unrecoverableAt, 3)
  const old = await named('com.shop.Old')
  near(old?.firstExpiresAt, 1)
  expect(old?.originExpiresAt).toBeNull()
  near(old?.unrecoverableAt, 1)
  const [first] = await list({ sort: 'expires', desc: 'false' })
  expect(first?.rootCause).toBe('com.shop.Old')
  expect((await list({ within: '3h' })).map(({ rootCause }) => rootCause)).toContain('com.shop.Old')
  expect(await list({ within: '24h' })).toHaveLength(5)
})

it('the origin is as old as its letter tells, which may be much older than the death', async () => {
  await letters('com.shop.Late', ['a', 'b'], { writtenAgoMs: 4.5 * hourMs })
  await letters('com.shop.Lost', ['a'], { writtenAgoMs: 6 * hourMs })
  await bench.index()
  const now = Date.now()
  const [late, lost] = [await named('com.shop.Late'), await named('com.shop.Lost')]
  expect(Math.abs((late?.originExpiresAt ?? 0) - now - 0.5 * hourMs)).toBeLessThan(60_000)
  expect(Math.abs((late?.unrecoverableAt ?? 0) - now - 3 * hourMs)).toBeLessThan(60_000)
  expect(lost?.originExpiresAt).toBeLessThan(now)
  expect(Math.abs((lost?.unrecoverableAt ?? 0) - now - 3 * hourMs)).toBeLessThan(60_000)
})

it('what Spillway keeps does not count down, but for what it has left out', async () => {
  const keeping: Connection = {
    ...bench.connection,
    keepExpiring: { withinMs: 4 * hourMs, letterBytes: 5_000, bytes: 100_000_000 },
  }
  const keptTopic = await bench.makeTopic(`inbox-kept-${bench.suffix}-dlt`, 1, {
    'retention.ms': String(3 * hourMs),
  })
  const dead = (errorClass: string, value: string) =>
    outgoing(keptTopic, {
      value,
      headers: springHeaders({ topic: 'nowhere', group: 'payments', errorClass }),
      timestampMs: BigInt(Date.now()),
    })
  await bench.send([dead('com.shop.Kept', 'small'), dead('com.shop.TooLarge', 'x'.repeat(6_000))])
  await bench.index()
  const rows = async () => {
    const query = endpoints.listFailureGroups.query.parse({ state: 'all', topic: keptTopic })
    const { data } = await good(listFailureGroups(bench.deps, keeping, query, bench.call()))
    return new Map(data.groups.map((group) => [group.rootCause, group]))
  }
  const inThreeHours = (at: number | null | undefined) =>
    Math.abs((at ?? 0) - Date.now() - 3 * hourMs) < 60_000
  // As long as no worker is at it, nobody keeps anything.
  const before = (await rows()).get('com.shop.Kept')
  expect([before?.isKept, inThreeHours(before?.unrecoverableAt)]).toEqual([false, true])
  const lease = await takeLease(bench.deps, keepingLeaseOf(keeping.id))
  await good(keepExpiring(bench.deps, keeping, lease, bench.call()))
  const during = await rows()
  await lease.release()
  expect(during.get('com.shop.Kept')).toMatchObject({ isKept: true, unrecoverableAt: null })
  expect(inThreeHours(during.get('com.shop.Kept')?.firstExpiresAt)).toBe(true)
  expect(during.get('com.shop.TooLarge')?.isKept).toBe(true)
  expect(inThreeHours(during.get('com.shop.TooLarge')?.unrecoverableAt)).toBe(true)
})

it('a letter without payload can be replayed until it or its origin is deleted', async () => {
  const brief = await bench.makeTopic(`pointed-${bench.suffix}`, 1, { 'retention.ms': String(hourMs) })
  const now = Date.now()
  await bench.send([
    outgoing(topic, {
      key: null,
      value: null,
      headers: [
        text('__dlq.errors.topic', brief),
        text('__dlq.errors.partition', '0'),
        text('__dlq.errors.offset', '0'),
        text('__dlq.errors.group', 'payments'),
        text('__dlq.errors.message', 'Offset rejected by client.'),
      ],
    }),
  ])
  await bench.index()
  const pointer = (await list()).find(({ isPointer }) => isPointer)
  expect(Math.abs((pointer?.unrecoverableAt ?? 0) - now - hourMs)).toBeLessThan(60_000)
})
