import { randomBytes } from 'node:crypto'
import type { Database } from './database.ts'

/** Keeps the text of a cursor that is too long for an address. Answers its id; it is forgotten after `keptMs`. */
export const keepCursor = async (db: Database, text: string, keptMs: number): Promise<string> => {
  const id = randomBytes(15).toString('base64url')
  await db.pool.query(
    "INSERT INTO search_cursor (id, text, until) VALUES ($1, $2, now() + $3 * interval '1 millisecond')",
    [id, text, keptMs],
  )
  return id
}

/** The text of a kept cursor; null when there is none of that id, or no longer. */
export const findCursor = async (db: Database, id: string): Promise<string | null> => {
  const { rows } = await db.pool.query<{ text: string }>(
    'SELECT text FROM search_cursor WHERE id = $1 AND until > now()',
    [id],
  )
  return rows[0]?.text ?? null
}

/** Deletes the cursors whose time is over. Answers how many. */
export const deleteOldCursors = async (db: Database): Promise<number> => {
  const { rowCount } = await db.pool.query('DELETE FROM search_cursor WHERE until <= now()')
  return rowCount ?? 0
}
