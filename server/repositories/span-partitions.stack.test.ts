import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { ensurePartitions } from './span-partitions.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

const now = Date.UTC(2026, 10, 21, 23, 59, 59)
let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
})
afterEach(() => database.drop())

const insertSample = (at: string) =>
  database.db.pool.query(
    `INSERT INTO lag_sample (at, connection_id, group_id, topic, lag, end_sum, committed_sum, members, state)
     VALUES ($1, 'local', 'payments', 'orders', 9007199254740993, 2, 1, 1, 'Stable')`,
    [at],
  )
const placesOfSamples = async () => {
  const { rows } = await database.db.pool.query(
    `SELECT tableoid::regclass::text AS place, lag::text FROM lag_sample ORDER BY at`,
  )
  return rows
}

test('days from yesterday to the day after tomorrow get a partition of their own', async () => {
  const { created, dropped } = await ensurePartitions(database.db, now)
  expect(created.filter((name) => name.startsWith('span_2'))).toEqual([
    'span_20261120',
    'span_20261121',
    'span_20261122',
    'span_20261123',
  ])
  expect(created).toHaveLength(20)
  expect(dropped).toEqual([])
  await insertSample('2026-11-22T00:00:00Z')
  expect(await placesOfSamples()).toEqual([{ place: 'lag_sample_20261122', lag: '9007199254740993' }])
})

test('rows that came before their partition move out of the default partition', async () => {
  await insertSample('2026-11-21T12:00:00Z')
  await insertSample('2027-06-01T00:00:00Z')
  await ensurePartitions(database.db, now)
  expect((await placesOfSamples()).map(({ place }) => place)).toEqual([
    'lag_sample_20261121',
    'lag_sample_default',
  ])
})

test('what is older than its retention goes, in partitions and in the default partition', async () => {
  await ensurePartitions(database.db, now)
  await insertSample('2026-11-20T12:00:00Z')
  await insertSample('2026-11-01T12:00:00Z')
  const weekLater = now + 8 * 86_400_000
  const { dropped } = await ensurePartitions(database.db, weekLater, { spanDays: 30, sampleDays: 7 })
  expect([...dropped].sort()).toEqual([
    'lag_sample_20261120',
    'lag_sample_20261121',
    'topic_sample_20261120',
    'topic_sample_20261121',
  ])
  expect(await placesOfSamples()).toEqual([])
})

test('two processes may do it at the same time, and again', async () => {
  const both = await Promise.all([ensurePartitions(database.db, now), ensurePartitions(database.db, now)])
  expect(both.flatMap(({ created }) => created)).toHaveLength(20)
  expect(await ensurePartitions(database.db, now)).toEqual({ created: [], dropped: [] })
})

test('a span sent twice stays one span across the move of its partition', async () => {
  const insert = () =>
    database.db.pool.query(
      `INSERT INTO span (day, trace_id, span_id, name, kind, service, start_ns, end_ns, status, attributes, resource, events)
       VALUES ('2026-11-21', '\\x01', '\\x02', 'send', 0, 'shop', 1, 2, 0, '{}', '{}', '[]') ON CONFLICT DO NOTHING`,
    )
  await insert()
  await ensurePartitions(database.db, now)
  expect((await insert()).rowCount).toBe(0)
})
