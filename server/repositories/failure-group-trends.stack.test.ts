import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { prepareTrends, readTrends } from './failure-group-trends.ts'
import { acquireLease } from './leases.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase
let offset = 0
const lease = { name: 'trends', fence: 1n }

/** Letters of a group that died so many minutes ago. */
const dead = async (group: string, minutesAgo: readonly number[], connection = 'local'): Promise<void> => {
  for (const minutes of minutesAgo)
    await database.db.pool.query(
      `INSERT INTO dead_letter (connection_id, topic, partition, "offset", failure_group_id, died_at, convention)
       VALUES ($1, 'orders-dlt', 0, $2, $3, now() - $4 * interval '1 minute' - interval '5 seconds', 'spring-dead-letter')`,
      [connection, offset++, group, minutes],
    )
}
/** By group: how many died how many minutes ago. */
const trends = async (id: string | null = null) => {
  const found = await readTrends(database.db, 'local', id)
  // The newest minutes alone are the same.
  for (const group of ['a', 'b', 'c', 'd'])
    for (const minutes of [1, 5])
      expect(found.get(group, minutes)?.slice(-minutes)).toEqual(found.get(group)?.slice(-minutes))
  return Object.fromEntries(
    ['a', 'b', 'c', 'd'].flatMap((group) => {
      const points = found.get(group)
      return points
        ? [[group, Object.fromEntries(points.flatMap((count, at) => (count > 0 ? [[59 - at, count]] : [])))]]
        : []
    }),
  )
}

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  await acquireLease(database.db, lease.name, 'test', 600_000)
})
afterAll(() => database.drop())

it('are the same counted at once, or before with the letters since then, and grow old by themselves', async () => {
  await dead('a', [0, 0, 3, 59, 61])
  await dead('b', [7])
  await dead('c', [1], 'another')
  const first = { a: { 0: 2, 3: 1, 59: 1 }, b: { 7: 1 } }
  expect(await trends()).toEqual(first)
  expect(await prepareTrends(database.db, 'local', true, lease)).toBe(true)
  expect(await trends()).toEqual(first)

  await dead('b', [0, 2])
  await dead('d', [5])
  await dead('c', [1], 'another')
  const second = { a: { 0: 2, 3: 1, 59: 1 }, b: { 0: 1, 2: 1, 7: 1 }, d: { 5: 1 } }
  expect(await prepareTrends(database.db, 'local', true, lease)).toBe(false)
  expect(await trends()).toEqual(second)
  expect(await trends('b')).toEqual({ b: second.b })

  await database.db.pool.query(`UPDATE failure_group_trend SET at = at - interval '10 minutes'`)
  await database.db.pool.query(`UPDATE dead_letter SET died_at = died_at - interval '10 minutes'`)
  expect(await trends()).toEqual({ a: { 10: 2, 13: 1 }, b: { 10: 1, 12: 1, 17: 1 }, d: { 15: 1 } })
  expect(await prepareTrends(database.db, 'local', false, lease)).toBe(true)
  expect(await trends()).toEqual({ a: { 10: 2, 13: 1 }, b: { 10: 1, 12: 1, 17: 1 }, d: { 15: 1 } })
})
