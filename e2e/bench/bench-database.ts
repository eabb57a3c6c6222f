import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '../../server/repositories/test-database.ts'
import { startStack } from '../../server/sandbox/stack/start-stack.ts'

/** Runs a benchmark with a database of its own: on the server that DATABASE_URL names, or on one started for it. */
export const withBenchDatabase = async (work: (database: TestDatabase) => Promise<void>): Promise<void> => {
  const given = process.env.DATABASE_URL
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-bench-'))
  // PostgreSQL runs as a user of its own when this runs as root.
  chmodSync(dataDir, 0o755)
  const stack = given === undefined ? await startStack({ dataDir, parts: ['postgres'] }) : null
  try {
    const database = await createTestDatabase(given ?? stack?.databaseUrl ?? '')
    try {
      await work(database)
    } finally {
      await database.drop()
    }
  } finally {
    await stack?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
