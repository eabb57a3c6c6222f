import type { LagHistory } from '#server/contracts/groups.ts'
import type { Database } from './database.ts'

/** Marks within a time range in milliseconds since the epoch, oldest first, at most 500. */
export const readChartMarks = async (
  db: Database,
  fromMs: number,
  toMs: number,
): Promise<LagHistory['marks']> => {
  const { rows } = await db.pool.query<{ id: string; at: Date; kind: string; text: string }>(
    `SELECT id::text, at, kind, text FROM mark
     WHERE at >= to_timestamp($1::float8 / 1000) AND at <= to_timestamp($2::float8 / 1000)
     ORDER BY at LIMIT 500`,
    [fromMs, toMs],
  )
  return rows.map(({ id, at, kind, text }) => ({ id, atMs: at.getTime(), kind, text }))
}
