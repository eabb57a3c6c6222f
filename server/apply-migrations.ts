import { readEnv } from './env.ts'
import { applyMigrations } from './repositories/migrate.ts'

/** Brings the database of DATABASE_URL up to date and ends. The worker does it by itself; the web process runs this. */
const { DATABASE_URL } = readEnv()
try {
  await applyMigrations(DATABASE_URL ?? '', (line) => console.log(line))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
