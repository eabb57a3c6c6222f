import type pg from 'pg'
import type { Database } from './database.ts'

/** What work within a transaction may use. */
export type Transaction = Pick<pg.PoolClient, 'query'>

/**
 * Runs work in one transaction: committed when it resolves, rolled back when it throws. A connection that breaks in
 * between is thrown away, and its error reaches the caller instead of ending the process.
 */
export const runInTransaction = async <T>(
  db: Database,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> => {
  const client = await db.pool.connect()
  let broken: Error | undefined
  // pg tells of a lost connection by an event, too, which nobody listens to while a client is checked out.
  const onError = (error: Error) => {
    broken = error
  }
  client.on('error', onError)
  try {
    await client.query('BEGIN')
    const value = await work(client)
    await client.query('COMMIT')
    return value
  } catch (error) {
    // Who did not answer the query would not answer this either.
    if (error instanceof Error && error.message === 'Query read timeout') broken = error
    else await client.query('ROLLBACK').catch(onError)
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}
