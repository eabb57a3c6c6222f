import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { newSavedSearch, savedSearch } from '#server/contracts/saved-searches.ts'
import type { ConnectionId } from '#server/contracts/scalars.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import type { Connection } from './deps.ts'
import { deleteSearch, listSearches, renameSearch, restoreSearch, saveSearch } from './saved-searches.ts'

const call = { signal: AbortSignal.timeout(60_000) }
const actor = { name: 'anna', permissions: new Set<never>() }
// Saving a search writes nothing to a broker, and asks it nothing.
const on = (id: string) => ({ id: id as ConnectionId, name: id, readOnly: true }) as Connection
const local = on('local')
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
})
afterAll(() => database.drop())

const save = (name: string, connection = local, more: Record<string, unknown> = {}) =>
  saveSearch(
    database,
    connection,
    actor,
    newSavedSearch.parse({ name, topics: 'orders,payments', search: 'key:order-4711', ...more }),
    call,
  )
const names = async (connection = local) => {
  const listed = await listSearches(database, connection)
  return listed.ok ? listed.value.searches.map(({ name }) => name) : []
}

test('a search is saved by name, for its connection, also where the broker may not be written to', async () => {
  const saved = await save('  Order 4711 ')
  expect(saved.ok && savedSearch.parse(saved.value)).toMatchObject({
    name: 'Order 4711',
    topics: 'orders,payments',
    search: 'key:order-4711',
    order: 'newest',
    isolation: 'committed',
    savedBy: 'anna',
  })
  await save('Declined cards', on('other'), { topics: '*', order: 'oldest' })
  expect([await names(), await names(on('other'))]).toEqual([['Order 4711'], ['Declined cards']])
})

test('not all are listed where there are very many, which is said', async () => {
  const many = on('many')
  await database.db.pool.query(
    `INSERT INTO saved_search (connection_id, name, topics, search, search_order, isolation, saved_by)
     SELECT 'many', 'search ' || n, '*', '', 'newest', 'committed', 'anna' FROM generate_series(1, 501) AS n`,
  )
  const cut = await listSearches(database, many)
  expect(cut.ok && [cut.value.searches.length, cut.value.isCut]).toEqual([500, true])
  const whole = await listSearches(database, local)
  expect(whole.ok && whole.value.isCut).toBe(false)
})

test('no two have one name, whatever its case; words that can not be read are refused', async () => {
  expect(await save('order 4711')).toMatchObject({ ok: false, error: { code: 'conflict' } })
  expect(await save('Unreadable', local, { search: 'after:soon' })).toMatchObject({
    ok: false,
    error: { code: 'invalid-request' },
  })
  expect(newSavedSearch.safeParse({ name: ' ', topics: '*', search: '' }).success).toBe(false)
  expect(newSavedSearch.safeParse({ name: 'two\nlines', topics: '*', search: '' }).success).toBe(false)
})

test('it is renamed, deleted and brought back, each told in the audit', async () => {
  const saved = await save('Stuck')
  const id = saved.ok ? saved.value.id : ''
  expect(await renameSearch(database, local, actor, { id, name: 'ORDER 4711' })).toMatchObject({
    ok: false,
    error: { code: 'conflict', detail: expect.stringContaining('ORDER 4711 is there already') },
  })
  expect(await renameSearch(database, local, actor, { id, name: 'Stuck orders' })).toMatchObject({ ok: true })
  expect((await deleteSearch(database, local, actor, id)).ok).toBe(true)
  expect(await names()).toEqual(['Order 4711'])
  expect(await deleteSearch(database, local, actor, id)).toMatchObject({ error: { code: 'not-found' } })
  expect((await restoreSearch(database, local, actor, id)).ok).toBe(true)
  expect(await names()).toEqual(['Order 4711', 'Stuck orders'])
  const { rows } = await database.db.pool.query(
    'SELECT action, detail FROM audit_entry WHERE target = $1 ORDER BY id',
    [`search ${id}`],
  )
  expect(rows).toEqual([
    { action: 'save search', detail: 'key:order-4711 in orders,payments' },
    { action: 'rename search', detail: 'Stuck orders' },
    { action: 'delete search', detail: 'Stuck orders' },
    { action: 'restore search', detail: 'Stuck orders' },
  ])
})

test('a deleted one does not come back over another of its name, nor to another connection', async () => {
  const first = await save('Twice')
  const id = first.ok ? first.value.id : ''
  expect(await deleteSearch(database, on('other'), actor, id)).toMatchObject({ error: { code: 'not-found' } })
  await deleteSearch(database, local, actor, id)
  expect((await save('twice')).ok).toBe(true)
  expect(await restoreSearch(database, local, actor, id)).toMatchObject({ error: { code: 'conflict' } })
})
