import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { beat, readHeartbeat } from './heartbeats.ts'
import { readDyingGroups } from './overview-facts.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase
const run = (text: string) => database.db.pool.query(text)

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
})
afterAll(() => database?.drop())

describe('a failure group on the overview', () => {
  const settledBy = async () => (await readDyingGroups(database.db, 'local', 10))[0]?.settledByReplay

  it('is settled when the latest replay of every letter is', async () => {
    await run(`INSERT INTO failure_group (id, connection_id, dead_letter_topics, conventions, letters, first_seen_at, last_seen_at)
      VALUES ('f1', 'local', '{orders-dlt}', '{}', 2, now(), now())`)
    await run(`INSERT INTO dead_letter (id, connection_id, topic, partition, "offset", failure_group_id, died_at, convention)
      SELECT n, 'local', 'orders-dlt', 0, n, 'f1', now() - n * interval '1 minute', 'smallrye' FROM generate_series(1, 2) n`)
    expect(await settledBy()).toBeNull()
    await run(`INSERT INTO replay (id, number, connection_id, state, title, targets, plan)
      SELECT format('00000000-0000-4000-8000-00000000000%s', n)::uuid, n, 'local', 'done', '', '{}', '{}'
      FROM generate_series(1, 2) n`)
    await run(`INSERT INTO replay_item (replay_id, seq, letter_id, source_topic, source_partition, source_offset, target_topic, outcome)
      SELECT '00000000-0000-4000-8000-000000000001', n, n, 'orders-dlt', 0, n, 'orders', 'SETTLED' FROM generate_series(1, 2) n`)
    expect(await settledBy()).toBe(1)
    await run(`INSERT INTO replay_item (replay_id, seq, letter_id, source_topic, source_partition, source_offset, target_topic, outcome)
      VALUES ('00000000-0000-4000-8000-000000000002', 1, 2, 'orders-dlt', 0, 2, 'orders', 'SENT')`)
    expect(await settledBy()).toBeNull()
  })
})

it('does not look through all letters of a large group that a replay has settled', async () => {
  await run(`INSERT INTO failure_group (id, connection_id, dead_letter_topics, conventions, letters, first_seen_at, last_seen_at)
    VALUES ('large', 'other', '{orders-dlt}', '{}', 30000, now(), now())`)
  await run(`INSERT INTO dead_letter (id, connection_id, topic, partition, "offset", failure_group_id, died_at, convention)
    SELECT n, 'other', 'orders-dlt', 0, n, 'large', now() - n * interval '30 milliseconds', 'smallrye' FROM generate_series(100001, 130000) n`)
  await run(`INSERT INTO replay_item (replay_id, seq, letter_id, source_topic, source_partition, source_offset, target_topic, outcome)
    SELECT '00000000-0000-4000-8000-000000000001', n, n, 'orders-dlt', 0, n, 'orders', 'SETTLED' FROM generate_series(100001, 130000) n`)
  await run('ANALYZE')
  const begun = performance.now()
  const [large] = await readDyingGroups(database.db, 'other', 10)
  expect(large).toMatchObject({ id: 'large', letters: 30_000, settledByReplay: null })
  expect(performance.now() - begun).toBeLessThan(2_000)
})

it('a worker that has missed two beats is silent, not running', async () => {
  await beat(database.db, 'one')
  await beat(database.db, 'two')
  expect(await readHeartbeat(database.db)).toMatchObject({ workers: 2, silent: 0, silentMs: null })
  await run(`UPDATE worker_heartbeat SET seen_at = now() - interval '9 seconds' WHERE worker_id = 'two'`)
  const seen = await readHeartbeat(database.db)
  expect(seen).toMatchObject({ workers: 1, silent: 1 })
  expect(seen?.silentMs).toBeGreaterThan(8_900)
})
