import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { countKeysAnew, countNewKeys } from './failure-group-keys.ts'
import type { Transaction } from './run-in-transaction.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  await database.db.pool.query(
    `INSERT INTO failure_group (id, connection_id, dead_letter_topics, conventions, letters, first_seen_at, last_seen_at)
     VALUES ('g', 'local', '{}', '{}', 0, now(), now())`,
  )
})
afterAll(() => database.drop())

const count = () => countNewKeys(database.db, 'local')
let offset = 0
const die = (transaction: Transaction, key: string | null) =>
  transaction.query(
    `INSERT INTO dead_letter (connection_id, topic, partition, "offset", failure_group_id, died_at, convention, key_text)
     VALUES ('local', 't', 0, $1, 'g', now(), 'spring', $2)`,
    [offset++, key],
  )
const keys = async (): Promise<number | null> => {
  const { rows } = await database.db.pool.query<{ estimate: string }>(
    `SELECT estimate FROM failure_group_keys WHERE failure_group_id = 'g'`,
  )
  return rows[0] ? Number(rows[0].estimate) : null
}
/** Others may have transactions under way on the same server. */
const countUntil = (wanted: number | null) =>
  expect
    .poll(
      async () => {
        await count()
        return keys()
      },
      { timeout: 20_000 },
    )
    .toBe(wanted)

it('counts a group whose letters have no keys as one without keys', async () => {
  await die(database.db.pool, null)
  await countUntil(0)
})

it('passes over no letter whose transaction is the last to end', async () => {
  const early = await database.db.pool.connect()
  try {
    await early.query('BEGIN')
    await early.query('SELECT pg_current_xact_id()')
    await die(early, 'early')
    await die(database.db.pool, 'late')
    for (let step = 0; step < 5; step++) expect(await count()).toBe(0)
    expect(await keys()).toBe(0)
    await early.query('COMMIT')
  } finally {
    early.release()
  }
  await countUntil(2)
})

it('counts the same again when it begins anew, and when the database came from elsewhere', async () => {
  const { pool } = database.db
  await pool.query('DELETE FROM key_counting')
  await countUntil(2)
  await die(pool, 'third')
  await pool.query(
    `UPDATE key_counting SET seen_id = (SELECT max(id) FROM dead_letter), seen_before = 9000000000000`,
  )
  await countUntil(3)
  await pool.query(`UPDATE failure_group SET keys_due = true WHERE id = 'g'`)
  await countKeysAnew(database.db, 'local', 'g')
  expect(await keys()).toBe(3)
})
