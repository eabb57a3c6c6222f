import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { deleteOldCursors, findCursor, keepCursor } from './search-cursors.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
})
afterAll(() => database.drop())

it('a cursor is found by its id until its time is over, then it is forgotten', async () => {
  const text = 'a'.repeat(100_000)
  const kept = await keepCursor(database.db, text, 60_000)
  const old = await keepCursor(database.db, 'old', -1)
  expect(kept.length).toBeLessThan(30)
  expect(await findCursor(database.db, kept)).toBe(text)
  expect(await findCursor(database.db, old)).toBeNull()
  expect(await deleteOldCursors(database.db)).toBe(1)
  expect(await findCursor(database.db, kept)).toBe(text)
})
