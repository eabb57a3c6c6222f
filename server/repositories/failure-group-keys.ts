import { addKeys, countKeys, emptySketch, type KeySketch } from '#server/domain/key-sketch.ts'
import type { Database } from './database.ts'
import { runInTransaction, type Transaction } from './run-in-transaction.ts'

type KeyOfLetter = { readonly failureGroupId: string; readonly keyText: string | null }
type Row = { readonly id: string; readonly sketch: Uint8Array | null }

/**
 * Adds the keys of letters to those of their failure groups, in the transaction that has written the letters and so
 * holds their groups. Groups whose keys are to be counted anew are left to that.
 */
export const foldKeys = async (transaction: Transaction, letters: readonly KeyOfLetter[]): Promise<void> => {
  const keysOf = new Map<string, Set<string>>()
  for (const { failureGroupId, keyText } of letters) {
    if (keyText === null) continue
    const keys = keysOf.get(failureGroupId)
    if (keys) keys.add(keyText)
    else keysOf.set(failureGroupId, new Set([keyText]))
  }
  if (keysOf.size === 0) return
  const { rows } = await transaction.query<Row>(
    `SELECT g.id, k.sketch FROM failure_group g LEFT JOIN failure_group_keys k ON k.failure_group_id = g.id
     WHERE g.id = ANY($1::text[]) AND NOT g.keys_due`,
    [[...keysOf.keys()]],
  )
  const changed = rows.flatMap(({ id, sketch }) => {
    const before = sketch ?? emptySketch
    const after = addKeys(before, keysOf.get(id) ?? [])
    return after === before ? [] : [{ id, sketch: after }]
  })
  await writeSketches(transaction, changed)
}

const writeSketches = async (
  transaction: Transaction,
  changed: readonly { readonly id: string; readonly sketch: KeySketch }[],
): Promise<void> => {
  if (changed.length === 0) return
  const counted = changed.map(({ sketch }) => countKeys(sketch))
  await transaction.query(
    `INSERT INTO failure_group_keys (failure_group_id, estimate, is_exact, sketch)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::boolean[], $4::bytea[])
     ON CONFLICT (failure_group_id) DO UPDATE
       SET estimate = excluded.estimate, is_exact = excluded.is_exact, sketch = excluded.sketch`,
    [
      changed.map(({ id }) => id),
      counted.map(({ count }) => count),
      counted.map(({ isExact }) => isExact),
      changed.map(({ sketch }) => Buffer.from(sketch)),
    ],
  )
}

/** Failure groups of a connection whose keys are to be counted anew, at most `limit`. */
export const listKeysDue = async (
  db: Database,
  connectionId: string,
  limit: number,
): Promise<readonly string[]> => {
  const rows = await db.prisma.failureGroup.findMany({
    where: { connectionId, keysDue: true },
    select: { id: true },
    take: limit,
  })
  return rows.map(({ id }) => id)
}

const keysAtOnce = 20_000

/** Counts the keys of a failure group from its letters. Who writes letters of it waits meanwhile, so that none is missed. */
export const countKeysAnew = async (db: Database, id: string): Promise<void> =>
  runInTransaction(db, async (client) => {
    const held = await client.query('SELECT FROM failure_group WHERE id = $1 AND keys_due FOR UPDATE', [id])
    if (held.rowCount === 0) return
    await client.query(
      `DECLARE keys NO SCROLL CURSOR FOR
       SELECT DISTINCT key_text FROM dead_letter WHERE failure_group_id = '${id.replaceAll("'", "''")}' AND key_text IS NOT NULL`,
    )
    let sketch = emptySketch
    for (let isMore = true; isMore; ) {
      const { rows } = await client.query<{ key_text: string }>(`FETCH ${keysAtOnce} FROM keys`)
      sketch = addKeys(
        sketch,
        rows.map((row) => row.key_text),
      )
      isMore = rows.length === keysAtOnce
    }
    await client.query('DELETE FROM failure_group_keys WHERE failure_group_id = $1', [id])
    await writeSketches(client, [{ id, sketch }])
    await client.query('UPDATE failure_group SET keys_due = false WHERE id = $1', [id])
  })

/** How many keys the letters of a failure group have, no more than letters. */
export type KeyCount = { readonly count: number; readonly isExact: boolean }
