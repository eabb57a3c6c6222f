import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type Bench, openBench } from './dead-letter-fixture.ts'
import { forgetOldPlans } from './forget-old-plans.ts'
import { makeLetters, planOf, start } from './replay-fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

it('forgets plans that nobody started within a day, with their items, and keeps everything that was started', async () => {
  const { pool } = bench.database.db
  const { letters } = await makeLetters(bench, 'plans', 5)
  const [old, started, fresh] = [
    await planOf(bench, letters),
    await planOf(bench, letters),
    await planOf(bench, letters),
  ]
  await start(bench, started)
  await pool.query(`UPDATE replay SET created_at = now() - interval '25 hours' WHERE id = ANY($1)`, [
    [old.planId, started.planId],
  ])
  const audited = async () => (await pool.query('SELECT id FROM audit_entry')).rows
  const before = await audited()
  expect(await forgetOldPlans(bench.deps)).toBe(1)
  const { rows } = await pool.query<{ id: string; items: number }>(
    'SELECT r.id, count(i.id)::int AS items FROM replay r JOIN replay_item i ON i.replay_id = r.id GROUP BY r.id',
  )
  expect(rows).toHaveLength(2)
  expect(new Map(rows.map(({ id, items }) => [id, items]))).toEqual(
    new Map([
      [started.planId, 5],
      [fresh.planId, 5],
    ]),
  )
  expect(await audited()).toEqual(before)
  expect(await forgetOldPlans(bench.deps)).toBe(0)
})
