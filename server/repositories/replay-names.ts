import type { Database } from './database.ts'

export type ReplayName = { readonly number: number; readonly startedBy: string }

/** Numbers of started replays and who started them, by id. */
export const readReplayNames = async (
  db: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReplayName>> => {
  if (ids.length === 0) return new Map()
  const { rows } = await db.pool.query<{ id: string; number: number; started_by: string }>(
    'SELECT id, number, started_by FROM replay WHERE id = ANY($1::uuid[]) AND number IS NOT NULL',
    [ids],
  )
  return new Map(rows.map((row) => [row.id, { number: row.number, startedBy: row.started_by }]))
}
