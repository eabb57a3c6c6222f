import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { rememberServices } from './span-services.ts'
import { writeSpans } from './spans.ts'
import { makeSpan, spanBytes } from './spans-fixture.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
})
afterEach(() => database.drop())

const summaries = async () => {
  const { rows } = await database.db.pool.query(
    `SELECT spans, errors, services, root_name, has_root, own, start_ns::text, end_ns::text FROM trace_summary
     ORDER BY trace_id`,
  )
  return rows
}

test('the summary of a trace grows with its spans, and each counts once', async () => {
  const root = makeSpan(1, 1, { name: 'POST /orders', service: 'storefront', startNs: 100n, endNs: 900n })
  const child = makeSpan(1, 2, {
    name: 'send',
    parentSpanId: spanBytes(1),
    service: 'orders',
    startNs: 200n,
    endNs: 300n,
  })
  const late = makeSpan(1, 3, {
    name: 'ship',
    parentSpanId: spanBytes(2),
    service: 'shipping',
    status: 2,
    startNs: 50n,
    endNs: 5_000n,
  })
  expect(await writeSpans(database.db, [child, child])).toBe(1)
  expect(await summaries()).toMatchObject([
    { spans: 1, root_name: 'send', has_root: false, services: ['orders'] },
  ])
  expect(await writeSpans(database.db, [late, child])).toBe(1)
  expect(await summaries()).toMatchObject([{ spans: 2, root_name: 'ship', has_root: false }])
  expect(await writeSpans(database.db, [root])).toBe(1)
  expect(await writeSpans(database.db, [root, child, late])).toBe(0)
  expect(await summaries()).toEqual([
    {
      spans: 3,
      errors: 1,
      services: ['orders', 'shipping', 'storefront'],
      root_name: 'POST /orders',
      has_root: true,
      own: false,
      start_ns: '50',
      end_ns: '5000',
    },
  ])
})

test('batches that share traces and come at the same time do not block each other for good', async () => {
  const batch = (seed: number) =>
    Array.from({ length: 300 }, (_, n) =>
      makeSpan(1 + ((n * 7 + seed) % 20), 1 + n * 10 + (seed % 3), {
        searchValues: [`order-${(n + seed) % 9}`],
      }),
    )
  const written = await Promise.all(
    Array.from({ length: 12 }, (_, seed) => writeSpans(database.db, batch(seed))),
  )
  const { rows } = await database.db.pool.query('SELECT count(*)::int AS spans FROM span')
  expect(rows[0].spans).toBe(written.reduce((sum, one) => sum + one, 0))
  const total = (await summaries()).reduce((sum, { spans }) => sum + spans, 0)
  expect(total).toBe(rows[0].spans)
})

test('a trace of Spillway alone is its own, and no longer when another service takes part', async () => {
  await writeSpans(database.db, [makeSpan(1, 1, { service: 'spillway-web' })])
  expect(await summaries()).toMatchObject([{ own: true }])
  await writeSpans(database.db, [makeSpan(1, 2, { service: 'orders' })])
  expect(await summaries()).toMatchObject([{ own: false }])
})

test('a version not seen before of a service that is known is a deploy', async () => {
  const seen = (version: string | null, service = 'orders') => [
    { service, version, firstNs: 1_795_239_455_000_000_000n, lastNs: 1_795_239_456_000_000_000n },
  ]
  expect(await rememberServices(database.db, seen('1.0.0'))).toBe(0)
  expect(await rememberServices(database.db, seen('1.0.0'))).toBe(0)
  expect(await rememberServices(database.db, seen('2.0.0', 'payments'))).toBe(0)
  expect(await rememberServices(database.db, seen(null))).toBe(0)
  expect(await rememberServices(database.db, seen('1.1.0'))).toBe(1)
  expect(await rememberServices(database.db, seen('1.0.0'))).toBe(0)
  const { rows } = await database.db.pool.query('SELECT kind, text, service, at FROM mark')
  expect(rows).toEqual([
    { kind: 'deploy', text: 'orders 1.1.0', service: 'orders', at: new Date(1_795_239_455_000) },
  ])
})
