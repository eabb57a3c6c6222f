import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MigrationDirectory } from '@prisma/schema-engine-wasm'
import pg from 'pg'
import { withMigrationEngine } from './migration-engine.ts'

const schemaPath = path.join(import.meta.dirname, '..', '..', 'prisma', 'schema.prisma')
const migrationsDir = path.join(import.meta.dirname, '..', '..', 'prisma', 'migrations')
const patienceMs = 60_000
/** Any number that no other program locks in this database; Prisma's own is 72707369. */
const advisoryLockKey = 7_251_104_318n

export type MigrationProgress = (message: string) => void

/**
 * Brings the database to the schema of this version and answers the names of the migrations it applied. Needs no
 * internet access. Processes that start together wait for one another. A database that does not answer yet is waited
 * for, up to 60 s; a refused login or a missing database fails at once. Throws with what to do about it.
 */
export const applyMigrations = async (
  databaseUrl: string,
  onProgress: MigrationProgress = () => {},
): Promise<readonly string[]> => {
  const migrations = await readMigrations()
  const client = await connectPatiently(databaseUrl, onProgress)
  try {
    if (await areAllApplied(client, migrations)) return []
    // Held by this session until it ends, also when the process dies.
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLockKey])
    if (await areAllApplied(client, migrations)) return []
    await forgetInterrupted(client)
    onProgress('Applying database migrations')
    const schema: [string, string][] = [[schemaPath, await readFile(schemaPath, 'utf8')]]
    const applied = await withMigrationEngine(databaseUrl, schema, async (engine) => {
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: {
          baseDir: migrationsDir,
          lockfile: {
            path: 'migration_lock.toml',
            content: await readFile(path.join(migrationsDir, 'migration_lock.toml'), 'utf8'),
          },
          migrationDirectories: migrations,
          shadowDbInitScript: '',
        },
        filters: { externalTables: [], externalEnums: [] },
      })
      return appliedMigrationNames
    })
    for (const name of applied) onProgress(`Applied ${name}`)
    return applied
  } finally {
    await client.end().catch(() => {})
  }
}

const readMigrations = async (): Promise<MigrationDirectory[]> => {
  const names = (await readdir(migrationsDir)).filter((entry) => /^\d{14}_/.test(entry)).sort()
  return Promise.all(
    names.map(async (name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: {
          tag: 'ok' as const,
          value: await readFile(path.join(migrationsDir, name, 'migration.sql'), 'utf8'),
        },
      },
    })),
  )
}

/** Loading the engine takes longer than this question, which is the usual end of a start. */
const areAllApplied = async (
  client: pg.Client,
  migrations: readonly MigrationDirectory[],
): Promise<boolean> => {
  const { rows: tables } = await client.query<{ found: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`,
  )
  if (!tables[0]?.found) return false
  const { rows } = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
  )
  const applied = new Set(rows.map(({ name }) => name))
  return migrations.every(({ path: name }) => applied.has(name))
}

/**
 * A process killed while it migrated leaves a migration begun, which Prisma refuses to go on from, for it can not know
 * what was done. Here PostgreSQL has taken the whole script back, so it may be begun again.
 */
const forgetInterrupted = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query<{ found: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`,
  )
  if (rows[0]?.found)
    await client.query(
      'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL',
    )
}

/** What PostgreSQL answers while it starts, stops or recovers, and what the network says when nobody listens. */
const passing = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53300',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

const isPassing = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError) return error.errors.every(isPassing)
  const code = (error as { code?: string }).code
  return code === undefined ? /timeout|terminated/i.test(error.message) : passing.has(code)
}

const connectPatiently = async (databaseUrl: string, onProgress: MigrationProgress): Promise<pg.Client> => {
  const giveUpAt = performance.now() + patienceMs
  let announced = false
  while (true) {
    const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 })
    // A connection that ends while nothing is asked must not end the process.
    client.on('error', () => {})
    try {
      await client.connect()
      return client
    } catch (error) {
      await client.end().catch(() => {})
      const reason =
        error instanceof Error ? error.message || String((error as { code?: string }).code) : String(error)
      if (!isPassing(error))
        throw new Error(`The database refused the connection: ${reason}`, { cause: error })
      if (performance.now() > giveUpAt)
        throw new Error(
          `The database did not answer for 60 s (${reason}). Is it running where DATABASE_URL says?`,
          {
            cause: error,
          },
        )
      if (!announced) onProgress(`Waiting for the database (${reason})`)
      announced = true
      await sleep(500)
    }
  }
}
