import type pg from 'pg'
import type { Database } from './database.ts'
import { runInTransaction } from './run-in-transaction.ts'

/** What a writer shows to prove that it still owns its lease. */
export type LeaseProof = { readonly name: string; readonly fence: bigint }

/** Thrown by `assertFence` when somebody else owns the lease by now: the writer's transaction must not commit. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'
  readonly leaseName: string
  constructor(leaseName: string, fence: bigint) {
    super(`the lease ${leaseName} with fence ${fence} belongs to another worker by now`)
    this.leaseName = leaseName
  }
}

/**
 * Takes a lease that is free or has expired, by the database's clock. Answers the fence, which grows with every
 * change of owner, or null when another owner holds it. `owner` is unique to a process, `ttlMs` in milliseconds.
 */
export const acquireLease = async (
  db: Database,
  name: string,
  owner: string,
  ttlMs: number,
): Promise<bigint | null> => {
  const { rows } = await db.pool.query<{ fence: string }>(
    `INSERT INTO lease AS held (name, owner, fence, expires_at)
     VALUES ($1, $2, 1, now() + $3::float8 * interval '1 millisecond')
     ON CONFLICT (name) DO UPDATE
       SET owner = excluded.owner, fence = held.fence + 1, expires_at = excluded.expires_at
       WHERE held.expires_at < now()
     RETURNING fence`,
    [name, owner, ttlMs],
  )
  return rows[0] ? BigInt(rows[0].fence) : null
}

/** Whether somebody holds a lease now, by the database's clock. */
export const isLeaseHeld = async (db: Database, name: string): Promise<boolean> => {
  const { rowCount } = await db.pool.query('SELECT 1 FROM lease WHERE name = $1 AND expires_at > now()', [
    name,
  ])
  return rowCount === 1
}

/** Moves the end of a lease to `ttlMs` from now. False when it belongs to another owner by now. */
export const renewLease = async (
  db: Database,
  name: string,
  owner: string,
  fence: bigint,
  ttlMs: number,
): Promise<boolean> => {
  const { rowCount } = await db.pool.query(
    `UPDATE lease SET expires_at = now() + $4::float8 * interval '1 millisecond'
     WHERE name = $1 AND owner = $2 AND fence = $3`,
    [name, owner, fence.toString(), ttlMs],
  )
  return rowCount === 1
}

/** Gives a lease back at once. The row stays, because its fence must never shrink. */
export const releaseLease = async (
  db: Database,
  name: string,
  owner: string,
  fence: bigint,
): Promise<void> => {
  await db.pool.query(
    `UPDATE lease SET expires_at = now() - interval '1 millisecond'
     WHERE name = $1 AND owner = $2 AND fence = $3`,
    [name, owner, fence.toString()],
  )
}

/**
 * Makes sure, inside the writer's transaction, that the lease has not changed hands since `fence` was given, and
 * that it will not before the transaction ends: the row lock holds off a successor. Renewals wait for it too, so
 * transactions under a lease are kept short. Throws `LeaseLostError`.
 */
export const assertFence = async (
  client: Pick<pg.ClientBase, 'query'>,
  name: string,
  fence: bigint,
): Promise<void> => {
  const { rows } = await client.query<{ fence: string }>(
    'SELECT fence FROM lease WHERE name = $1 FOR SHARE',
    [name],
  )
  if (rows[0] === undefined || BigInt(rows[0].fence) !== fence) throw new LeaseLostError(name, fence)
}

/**
 * Runs work in one transaction that commits only while the lease is held. Throws `LeaseLostError` before the work
 * begins when somebody else owns it by now.
 */
export const runUnderLease = <T>(
  db: Database,
  lease: LeaseProof,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> =>
  runInTransaction(db, async (client) => {
    await assertFence(client, lease.name, lease.fence)
    return work(client)
  })
