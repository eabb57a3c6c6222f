import pg from 'pg'
import type { Database } from './database.ts'

/**
 * Runs work that may take longer than a page's query, such as moving partitions, on a connection of its own, which the
 * time limits of the pool do not bind. Closed when the work ends; errors of the database are thrown.
 */
export const runUnhurried = async <T>(
  db: Database,
  work: (client: pg.ClientBase) => Promise<T>,
): Promise<T> => {
  const client = new pg.Client({
    connectionString: db.url,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    idle_in_transaction_session_timeout: 10_000,
  })
  // A connection that breaks fails the query in progress; the event must not end the process.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
