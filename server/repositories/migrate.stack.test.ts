import { connect, createServer } from 'node:net'
import { expect, inject, test } from 'vitest'
import { applyMigrations } from './migrate.ts'
import { createTestDatabase } from './test-database.ts'

test('a migrated database keeps the history that Prisma keeps', async () => {
  const database = await createTestDatabase(inject('databaseUrl'))
  try {
    const { rows } = await database.db.pool.query(
      'SELECT migration_name, finished_at IS NOT NULL AS finished FROM _prisma_migrations ORDER BY started_at',
    )
    expect(rows[0]).toEqual({ migration_name: expect.stringMatching(/^\d{14}_init$/), finished: true })
    expect(await database.db.prisma.mark.count()).toBe(0)
  } finally {
    await database.drop()
  }
})

test('processes that start together apply each migration once', async () => {
  const database = await createTestDatabase(inject('databaseUrl'))
  try {
    await database.db.pool.query('DROP SCHEMA public CASCADE')
    await database.db.pool.query('CREATE SCHEMA public')
    const applied = await Promise.all([1, 2, 3].map(() => applyMigrations(database.url)))
    const { rows } = await database.db.pool.query('SELECT migration_name AS name FROM _prisma_migrations')
    expect(applied.flat().sort()).toEqual(rows.map(({ name }) => name).sort())
    expect(await applyMigrations(database.url)).toEqual([])
  } finally {
    await database.drop()
  }
})

test('a migration that was interrupted is begun again', async () => {
  const database = await createTestDatabase(inject('databaseUrl'))
  try {
    const { pool } = database.db
    await pool.query('CREATE TABLE kept AS SELECT * FROM _prisma_migrations ORDER BY started_at LIMIT 1')
    await pool.query('CREATE SCHEMA other')
    await pool.query('ALTER TABLE _prisma_migrations SET SCHEMA other')
    await pool.query('ALTER TABLE kept SET SCHEMA other')
    await pool.query('DROP SCHEMA public CASCADE')
    await pool.query('CREATE SCHEMA public')
    await pool.query('ALTER TABLE other._prisma_migrations SET SCHEMA public')
    await pool.query('DELETE FROM _prisma_migrations')
    await pool.query('INSERT INTO _prisma_migrations SELECT * FROM other.kept')
    await pool.query('UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 0')
    expect((await applyMigrations(database.url))[0]).toMatch(/_init$/)
    expect(await database.db.prisma.mark.count()).toBe(0)
  } finally {
    await database.drop()
  }
})

test('a database that is missing is refused at once, with its name', async () => {
  const url = new URL(inject('databaseUrl'))
  url.pathname = '/spillway_no_such_database'
  await expect(applyMigrations(url.href)).rejects.toThrow(/spillway_no_such_database/)
})

test('a database that does not answer yet is waited for', async () => {
  const database = await createTestDatabase(inject('databaseUrl'))
  const target = new URL(database.url)
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const address = probe.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await new Promise((resolve) => probe.close(resolve))
  const late = new URL(database.url)
  late.host = `127.0.0.1:${port}`
  const messages: string[] = []
  const waiting = applyMigrations(late.href, (message) => messages.push(message))
  const proxy = createServer((socket) => {
    const upstream = connect(Number(target.port || 5432), target.hostname)
    socket.pipe(upstream).pipe(socket)
    socket.on('error', () => upstream.destroy())
    upstream.on('error', () => socket.destroy())
  })
  await new Promise((resolve) => setTimeout(resolve, 700))
  proxy.listen(port, '127.0.0.1')
  try {
    expect(await waiting).toEqual([])
    expect(messages).toEqual([expect.stringMatching(/^Waiting for the database/)])
  } finally {
    proxy.close()
    await database.drop()
  }
})
