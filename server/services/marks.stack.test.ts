import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { mark, newMark } from '#server/contracts/marks.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { addMark } from './add-mark.ts'
import { listMarks } from './list-marks.ts'

const call = { signal: AbortSignal.timeout(60_000) }
const actor = { name: 'pipeline', permissions: new Set<never>() }
const clock = { nowMs: () => 1_795_240_000_000 }
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
})
afterAll(() => database.drop())

test('a mark is set now or when it says, told to open pages, listed by time, and audited', async () => {
  const deps = { db: database.db, clock }
  const listener = await database.db.pool.connect()
  const heard: string[] = []
  listener.on('notification', ({ payload }) => heard.push(payload ?? ''))
  await listener.query('LISTEN spillway_changed')
  const now = await addMark(deps, actor, newMark.parse({ text: 'payments 2.1', service: 'payments' }), call)
  const earlier = await addMark(
    deps,
    actor,
    newMark.parse({ text: 'drill', kind: 'note', atMs: clock.nowMs() - 60_000 }),
    call,
  )
  await addMark(deps, actor, newMark.parse({ text: 'old', atMs: clock.nowMs() - 86_400_000 * 3 }), call)
  expect(now).toMatchObject({
    ok: true,
    value: { kind: 'deploy', atMs: clock.nowMs(), by: 'pipeline', service: 'payments' },
  })
  expect(earlier.ok && mark.parse(earlier.value)).toMatchObject({ kind: 'note', service: null })
  const listed = await listMarks(deps, { minutes: 1_440 }, call)
  expect(listed.ok && listed.value.marks.map(({ text }) => text)).toEqual(['drill', 'payments 2.1'])
  const { rows } = await database.db.pool.query(
    'SELECT actor, action, result, detail FROM audit_entry ORDER BY id LIMIT 1',
  )
  expect(rows).toEqual([
    { actor: 'pipeline', action: 'set mark', result: 'allowed', detail: 'deploy: payments 2.1' },
  ])
  await expect.poll(() => heard).toContain('{"noun":"marks","connection":""}')
  listener.release(true)
})

test('a time in the wrong unit is refused', async () => {
  const refused = await addMark(
    { db: database.db, clock },
    actor,
    newMark.parse({ text: 'x', atMs: 1_795_240_000_000_000 }),
    call,
  )
  expect(refused).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
})
