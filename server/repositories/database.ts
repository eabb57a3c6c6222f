import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from '../../prisma/generated/client.ts'

/** One pool for hand-written SQL and one Prisma client over the same database. Only repositories look inside. */
export type Database = {
  readonly prisma: PrismaClient
  readonly pool: pg.Pool
  /** Connection string, for connections that must be their own, such as LISTEN. */
  readonly url: string
  close(): Promise<void>
}

/** What the server gives a statement of the pool, in milliseconds; longer work runs by `runUnhurried`. */
const statementMs = 15_000
/** A database that is frozen cancels nothing itself: after this long its connection is given up, in milliseconds. */
const answerMs = 20_000

/**
 * Opens the database lazily: nothing connects before the first query, and a query after a restart of PostgreSQL
 * connects anew. `url` is a PostgreSQL connection string.
 */
export const openDatabase = (url: string, maxConnections = 10): Database => {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    statement_timeout: statementMs,
    query_timeout: answerMs,
    // A process frozen within a transaction must not keep the locks that its successor waits for.
    idle_in_transaction_session_timeout: 10_000,
  })
  // An idle connection that the server closes must not end the process; the next query reports what is wrong.
  pool.on('error', () => {})
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  return {
    prisma,
    pool,
    url,
    close: async () => {
      await prisma.$disconnect()
      await pool.end().catch(() => {})
    },
  }
}
