import type { NewSavedSearch, SavedSearch } from '#server/contracts/saved-searches.ts'
import type { Database } from './database.ts'
import type { Transaction } from './run-in-transaction.ts'

type Row = {
  readonly id: string
  readonly name: string
  readonly topics: string
  readonly search: string
  readonly search_order: string
  readonly isolation: string
  readonly saved_by: string
  readonly saved_at: Date
}

const columns = 'id::text, name, topics, search, search_order, isolation, saved_by, saved_at'

const toSearch = (row: Row): SavedSearch => ({
  id: row.id,
  name: row.name,
  topics: row.topics,
  search: row.search,
  order: row.search_order as SavedSearch['order'],
  isolation: row.isolation as SavedSearch['isolation'],
  savedBy: row.saved_by,
  savedAt: row.saved_at.getTime(),
})

const firstOf = ([row]: readonly Row[]): SavedSearch | null => (row ? toSearch(row) : null)

/** Saved searches of a connection by name, at most `limit`. */
export const listSavedSearches = async (
  db: Database,
  connectionId: string,
  limit: number,
): Promise<SavedSearch[]> => {
  const { rows } = await db.pool.query<Row>(
    `SELECT ${columns} FROM saved_search WHERE connection_id = $1 AND deleted_at IS NULL ORDER BY lower(name) LIMIT $2`,
    [connectionId, limit],
  )
  return rows.map(toSearch)
}

/** Writes a search; null when one of that name stands already. Forgets those that were deleted long ago. */
export const insertSavedSearch = async (
  transaction: Transaction,
  connectionId: string,
  { name, topics, search, order, isolation }: NewSavedSearch,
  savedBy: string,
): Promise<SavedSearch | null> => {
  await transaction.query(`DELETE FROM saved_search WHERE deleted_at < now() - interval '7 days'`)
  const { rows } = await transaction.query<Row>(
    `INSERT INTO saved_search (connection_id, name, topics, search, search_order, isolation, saved_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (connection_id, lower(name)) WHERE deleted_at IS NULL DO NOTHING RETURNING ${columns}`,
    [connectionId, name, topics, search, order, isolation, savedBy],
  )
  return firstOf(rows)
}

/** Gives a search another name; null when there is none of that id. Throws a unique violation for a name that is taken. */
export const updateSavedSearchName = async (
  transaction: Transaction,
  connectionId: string,
  id: string,
  name: string,
): Promise<SavedSearch | null> => {
  const { rows } = await transaction.query<Row>(
    `UPDATE saved_search SET name = $3 WHERE connection_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING ${columns}`,
    [connectionId, id, name],
  )
  return firstOf(rows)
}

/** Deletes a search, or brings a deleted one back; null when there is none of that id in the other state. */
export const markSavedSearchDeleted = async (
  transaction: Transaction,
  connectionId: string,
  id: string,
  isDeleted: boolean,
): Promise<SavedSearch | null> => {
  const { rows } = await transaction.query<Row>(
    `UPDATE saved_search SET deleted_at = CASE WHEN $3 THEN now() END
     WHERE connection_id = $1 AND id = $2 AND (deleted_at IS NULL) = $3 RETURNING ${columns}`,
    [connectionId, id, isDeleted],
  )
  return firstOf(rows)
}

/** Whether an error says that a name is taken (PostgreSQL unique_violation). */
export const isNameTaken = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '23505'
