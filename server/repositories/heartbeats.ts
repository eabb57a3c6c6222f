import type { Database } from './database.ts'

/** Says that a worker lives, by the database's clock. */
export const beat = async (db: Database, workerId: string): Promise<void> => {
  await db.pool.query(
    `INSERT INTO worker_heartbeat (worker_id, started_at, seen_at) VALUES ($1, now(), now())
     ON CONFLICT (worker_id) DO UPDATE SET seen_at = excluded.seen_at`,
    [workerId],
  )
}

/** Workers that have not been seen for longer than `limitMs`. */
export const listSilentWorkers = async (db: Database, limitMs: number): Promise<readonly string[]> => {
  const { rows } = await db.pool.query<{ worker_id: string }>(
    `SELECT worker_id FROM worker_heartbeat WHERE seen_at < now() - $1::float8 * interval '1 millisecond'`,
    [limitMs],
  )
  return rows.map((row) => row.worker_id)
}

/** Forgets workers that have not been seen for `limitMs`; one that has come back meanwhile stays. */
export const forgetWorkers = async (
  db: Database,
  workerIds: readonly string[],
  limitMs: number,
): Promise<void> => {
  await db.pool.query(
    `DELETE FROM worker_heartbeat
     WHERE worker_id = ANY($1::text[]) AND seen_at < now() - $2::float8 * interval '1 millisecond'`,
    [workerIds, limitMs],
  )
}

/** Time since any worker was last seen, in milliseconds by the database's clock; null when none ever was. */
export const readHeartbeat = async (
  db: Database,
): Promise<{ readonly seenAtMs: number; readonly ageMs: number; readonly workers: number } | null> => {
  const { rows } = await db.pool.query<{ seen_at: Date | null; age: number; workers: string }>(
    `SELECT max(seen_at) AS seen_at, extract(epoch FROM now() - max(seen_at))::float8 * 1000 AS age,
            count(*) FILTER (WHERE seen_at > now() - interval '12 seconds') AS workers
     FROM worker_heartbeat`,
  )
  const row = rows[0]
  if (!row?.seen_at) return null
  return { seenAtMs: row.seen_at.getTime(), ageMs: row.age, workers: Number(row.workers) }
}
