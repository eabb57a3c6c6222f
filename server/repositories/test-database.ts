import { createHash, randomBytes } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { type Database, openDatabase } from './database.ts'
import { applyMigrations } from './migrate.ts'

export type TestDatabase = { readonly url: string; readonly db: Database; drop(): Promise<void> }

const migrationsDir = path.join(import.meta.dirname, '..', '..', 'prisma', 'migrations')
/** Any number that no other program locks on a server for tests. */
const templateLock = 7_251_104_319n

/**
 * A database of its own on the server of `serverUrl`, with all migrations applied. `drop` closes it and removes it,
 * together with connections that others still hold to it.
 */
export const createTestDatabase = async (serverUrl: string): Promise<TestDatabase> => {
  const template = await ensureTemplate(serverUrl)
  const name = `spillway_test_${randomBytes(6).toString('hex')}`
  await administer(serverUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`))
  const url = urlOf(serverUrl, name)
  const db = openDatabase(url)
  return {
    url,
    db,
    drop: async () => {
      await db.close()
      await administer(serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
    },
  }
}

/**
 * A database in which these migrations were applied once, which PostgreSQL copies for each test in a fraction of the time
 * that the migrations take. Of several processes that ask for it first one makes it, and the others wait.
 */
const ensureTemplate = async (serverUrl: string): Promise<string> => {
  const template = `spillway_template_${hashMigrations()}`
  await administer(serverUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [templateLock])
    const whole = 'SELECT FROM pg_database WHERE datname = $1 AND datistemplate'
    if ((await client.query(whole, [template])).rowCount === 1) return
    // One that was not finished: its maker was killed.
    await client.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`)
    await client.query(`CREATE DATABASE ${template} TEMPLATE template0 ENCODING 'UTF8'`)
    await applyMigrations(urlOf(serverUrl, template))
    await client.query(`ALTER DATABASE ${template} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`)
  })
  return template
}

const hashMigrations = (): string => {
  const hash = createHash('sha256')
  for (const file of globSync('*/migration.sql', { cwd: migrationsDir }).sort())
    hash.update(file).update(readFileSync(path.join(migrationsDir, file)))
  return hash.digest('hex').slice(0, 12)
}

const urlOf = (serverUrl: string, name: string): string => {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

const administer = async (
  serverUrl: string,
  work: (client: pg.Client) => Promise<unknown>,
): Promise<void> => {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
