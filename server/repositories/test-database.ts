import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { type Database, openDatabase } from './database.ts'
import { applyMigrations } from './migrate.ts'

export type TestDatabase = { readonly url: string; readonly db: Database; drop(): Promise<void> }

/**
 * A database of its own on the server of `serverUrl`, with all migrations applied. `drop` closes it and removes it,
 * together with connections that others still hold to it.
 */
export const createTestDatabase = async (serverUrl: string): Promise<TestDatabase> => {
  const name = `spillway_test_${randomBytes(6).toString('hex')}`
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  await applyMigrations(url.href)
  const db = openDatabase(url.href)
  return {
    url: url.href,
    db,
    drop: async () => {
      await db.close()
      await administer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

const administer = async (serverUrl: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
