import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { newMark } from '#server/contracts/marks.ts'
import { findReplay } from '#server/repositories/replays.ts'
import { addMark } from './add-mark.ts'
import { cancelReplay } from './cancel-replay.ts'
import { type Bench, openBench } from './dead-letter-fixture.ts'
import { makeLetters, planOf, start } from './replay-fixture.ts'
import { setFailureGroupState } from './set-failure-group-state.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

/** Runs work while no audit entry can be written, as when the database is lost right before it. */
const withoutAudit = async (work: () => Promise<unknown>): Promise<void> => {
  const { pool } = bench.database.db
  await pool.query('ALTER TABLE audit_entry ADD CONSTRAINT closed CHECK (false) NOT VALID')
  await expect(work()).rejects.toThrow('closed')
  await pool.query('ALTER TABLE audit_entry DROP CONSTRAINT closed')
}
const rowsOf = async (statement: string) => (await bench.database.db.pool.query(statement)).rows

it('nothing is changed of which the audit does not tell', async () => {
  const { deps, connection, actor } = bench
  const { letters } = await makeLetters(bench, 'audited', 3)
  const plan = await planOf(bench, letters)
  const stateOf = async () => (await findReplay(deps.db, connection.id, plan.planId))?.state

  await withoutAudit(() => start(bench, plan))
  expect([await stateOf(), await rowsOf('SELECT id FROM mark')]).toEqual(['planned', []])
  expect(await start(bench, plan)).toMatchObject({ state: 'running' })
  expect(await rowsOf('SELECT action FROM audit_entry ORDER BY id DESC LIMIT 2')).toEqual([
    { action: 'set mark' },
    { action: 'start replay' },
  ])

  await withoutAudit(() => cancelReplay(deps, connection, actor, plan.planId, bench.call()))
  expect(await stateOf()).toBe('running')

  const [group] = await rowsOf('SELECT id FROM failure_group')
  const resolve = () =>
    setFailureGroupState(deps, connection, actor, { id: group.id, state: 'resolved' }, bench.call())
  await withoutAudit(resolve)
  expect(await rowsOf('SELECT DISTINCT state FROM failure_group')).toEqual([{ state: 'new' }])
  expect(await resolve()).toMatchObject({ ok: true, value: { state: 'resolved' } })

  await withoutAudit(() => addMark(deps, actor, newMark.parse({ text: 'unheard of' }), bench.call()))
  expect(await rowsOf(`SELECT id FROM mark WHERE text = 'unheard of'`)).toEqual([])
})
