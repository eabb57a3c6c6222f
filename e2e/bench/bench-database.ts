import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '../../server/repositories/test-database.ts'
import { startStack } from '../../server/sandbox/stack/start-stack.ts'

type Part = 'kafka' | 'postgres'

const withParts = async (
  parts: readonly Part[],
  work: (stack: { readonly brokers: string; readonly databaseUrl: string }) => Promise<void>,
): Promise<void> => {
  const { KAFKA_BROKERS: brokers, DATABASE_URL: databaseUrl } = process.env
  const missing = parts.filter((part) => (part === 'kafka' ? brokers : databaseUrl) === undefined)
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-bench-'))
  // PostgreSQL runs as a user of its own when this runs as root.
  chmodSync(dataDir, 0o755)
  const stack = missing.length > 0 ? await startStack({ dataDir, parts: missing }) : null
  try {
    await work({
      brokers: brokers ?? stack?.brokers ?? '',
      databaseUrl: databaseUrl ?? stack?.databaseUrl ?? '',
    })
  } finally {
    await stack?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Runs a benchmark on the Kafka of KAFKA_BROKERS and the PostgreSQL of DATABASE_URL, or on those started for it. */
export const withBenchStack = (work: Parameters<typeof withParts>[1]): Promise<void> =>
  withParts(['kafka', 'postgres'], work)

/** Runs a benchmark on the PostgreSQL of DATABASE_URL, or on one started for it. */
export const withBenchPostgres = (work: Parameters<typeof withParts>[1]): Promise<void> =>
  withParts(['postgres'], work)

/** Runs a benchmark with a database of its own, on the server of DATABASE_URL or on one started for it. */
export const withBenchDatabase = (work: (database: TestDatabase) => Promise<void>): Promise<void> =>
  withParts(['postgres'], async ({ databaseUrl }) => {
    const database = await createTestDatabase(databaseUrl)
    try {
      await work(database)
    } finally {
      await database.drop()
    }
  })
