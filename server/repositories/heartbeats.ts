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

/** Two beats with room for a slow one; a worker that stays silent this long does not run, for all that is known. */
const beatLimitMs = 7_000

/** Workers that beat at present. */
export const listLivingWorkers = async (db: Database): Promise<readonly string[]> => {
  const { rows } = await db.pool.query<{ worker_id: string }>(
    `SELECT worker_id FROM worker_heartbeat WHERE seen_at > now() - $1::float8 * interval '1 millisecond'`,
    [beatLimitMs],
  )
  return rows.map((row) => row.worker_id)
}

export type Heartbeat = {
  readonly seenAtMs: number
  /** Time since any worker was last seen, by the database's clock. */
  readonly ageMs: number
  /** Workers that beat at present. */
  readonly workers: number
  /** Those that have missed two beats and are not yet forgotten, with the time since the latest of them was seen. */
  readonly silent: number
  readonly silentMs: number | null
}

/** How the workers are; null when none has ever been seen. */
export const readHeartbeat = async (db: Database): Promise<Heartbeat | null> => {
  const { rows } = await db.pool.query<{
    seen_at: Date | null
    age: number
    workers: number
    silent: number
    silent_ms: number | null
  }>(
    `SELECT max(seen_at) AS seen_at, extract(epoch FROM now() - max(seen_at))::float8 * 1000 AS age,
            (count(*) FILTER (WHERE age <= $1))::int AS workers, (count(*) FILTER (WHERE age > $1))::int AS silent,
            (min(age) FILTER (WHERE age > $1))::float8 AS silent_ms
     FROM (SELECT seen_at, extract(epoch FROM now() - seen_at) * 1000 AS age FROM worker_heartbeat) AS seen`,
    [beatLimitMs],
  )
  const row = rows[0]
  if (!row?.seen_at) return null
  return {
    seenAtMs: row.seen_at.getTime(),
    ageMs: row.age,
    workers: row.workers,
    silent: row.silent,
    silentMs: row.silent_ms,
  }
}
