import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { notifyChanged } from '#server/repositories/notify.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import type { Deps } from './deps.ts'
import { watchChanges } from './watch-changes.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
})
afterAll(() => database.drop())

const depsOf = (): Deps =>
  ({ db: database.db, clock: { nowMs: () => 1_000 }, connections: [] }) as unknown as Deps

const listeningConnections = async (): Promise<number> => {
  const { rows } = await database.db.pool.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
  )
  return (rows[0] as { n: number }).n
}

const open = async (resumed: boolean) => {
  const leaving = new AbortController()
  const opened = await watchChanges(depsOf(), { connection: 'local', resumed, signal: leaving.signal })
  if (!opened.ok) throw new Error(opened.error.detail)
  return { frames: opened.value, leave: () => leaving.abort() }
}

describe('the live stream', () => {
  it('tells what changed for its connection and for none, not for another', async () => {
    const { frames, leave } = await open(false)
    await notifyChanged(database.db, 'groups', 'elsewhere')
    await notifyChanged(database.db, 'replays', 'local')
    const first = await frames.next()
    expect(first.value).toEqual({ type: 'data', changed: 'replays', at: 1_000 })
    leave()
    await frames.return()
  })
  it('begins with a notice for everything when it is resumed', async () => {
    const { frames, leave } = await open(true)
    const first = await frames.next()
    expect(first.value).toMatchObject({ type: 'data' })
    leave()
    await frames.return()
  })
  it('that is left before its first frame was read holds no connection to the database', async () => {
    const { leave } = await open(false)
    expect(await listeningConnections()).toBe(1)
    leave()
    await expect.poll(listeningConnections).toBe(0)
  })
})
