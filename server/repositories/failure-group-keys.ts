import { addKeys, countKeys, emptySketch, type KeySketch } from '#server/domain/key-sketch.ts'
import type { Database } from './database.ts'
import { encodeBytes, encodeTexts } from './encode-array.ts'
import { runInTransaction, type Transaction } from './run-in-transaction.ts'
import { tellsOrigin } from './sample-facts.ts'

type KeyRow = [failureGroupId: string, key: string | null, letterId: string]

/** So many letters are counted in one go. */
export const lettersAtOnce = 50_000

/**
 * Adds the keys of letters that were indexed since the last time to those of their failure groups, of at most fifty
 * thousand letters: a group's sketch is written once for many batches of the index. Groups whose keys are to be counted
 * anew are left to that. Answers how many letters it was; no number is passed over, for letters of a transaction that is
 * still under way wait for a later time.
 */
export const countNewKeys = async (db: Database, connectionId: string): Promise<number> => {
  const upTo = await findWholeEnd(db, connectionId)
  if (upTo === null) return 0
  return runInTransaction(db, async (client) => {
    const from = await holdCounting(client, connectionId)
    const { rows } = await client.query<KeyRow>({
      text: `SELECT failure_group_id, key_text, id FROM dead_letter
             WHERE id > $2 AND id <= $3 AND connection_id = $1 ORDER BY id LIMIT ${lettersAtOnce}`,
      values: [connectionId, from, upTo],
      rowMode: 'array',
    })
    await foldKeys(client, rows)
    const counted = rows.length < lettersAtOnce ? upTo : rows.at(-1)?.[2]
    await client.query(
      'UPDATE key_counting SET counted_id = greatest(counted_id, $2) WHERE connection_id = $1',
      [connectionId, counted],
    )
    return rows.length
  })
}

/** Up to which number all letters are committed or never will be; null: no further than they are counted. */
const findWholeEnd = async (db: Database, connectionId: string): Promise<bigint | null> => {
  const seen = await readSeen(db, connectionId)
  if (seen.upTo > seen.counted) return seen.isWhole ? seen.upTo : null
  const { rows } = await db.pool.query<{ id: string }>(
    'SELECT last_value AS id FROM dead_letter_id_seq WHERE is_called',
  )
  const newest = BigInt(rows[0]?.id ?? 0)
  if (newest <= seen.counted) return null
  // Letters take their numbers within transactions that have a number themselves by then. So once all are over that were
  // under way after the last number was read, nobody will commit a letter below it.
  await db.pool.query(
    `INSERT INTO key_counting (connection_id, seen_id, seen_before) VALUES ($1, $2, pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
     ON CONFLICT (connection_id) DO UPDATE SET seen_id = excluded.seen_id, seen_before = excluded.seen_before`,
    [connectionId, newest],
  )
  const { upTo, isWhole } = await readSeen(db, connectionId)
  return isWhole ? upTo : null
}

type Seen = { readonly counted: bigint; readonly upTo: bigint; readonly isWhole: boolean }

const readSeen = async (db: Database, connectionId: string): Promise<Seen> => {
  const { rows } = await db.pool.query<{ counted_id: string; seen_id: string; is_whole: boolean }>(
    // A database that was restored from a dump has begun its numbers again.
    `SELECT counted_id, seen_id, seen_before <= pg_snapshot_xmin(now_here)::text::bigint
         OR seen_before > pg_snapshot_xmax(now_here)::text::bigint AS is_whole
     FROM key_counting, pg_current_snapshot() AS now_here WHERE connection_id = $1`,
    [connectionId],
  )
  const [row] = rows
  if (!row) return { counted: 0n, upTo: 0n, isWhole: true }
  return { counted: BigInt(row.counted_id), upTo: BigInt(row.seen_id), isWhole: row.is_whole }
}

/** Who counts keys of a connection has them alone until the transaction ends. Answers the last letter that was counted. */
const holdCounting = async (transaction: Transaction, connectionId: string): Promise<string> => {
  const { rows } = await transaction.query<{ counted_id: string }>(
    `INSERT INTO key_counting AS k (connection_id) VALUES ($1)
     ON CONFLICT (connection_id) DO UPDATE SET counted_id = k.counted_id RETURNING counted_id`,
    [connectionId],
  )
  return rows[0]?.counted_id ?? '0'
}

const foldKeys = async (transaction: Transaction, letters: readonly KeyRow[]): Promise<void> => {
  const keysOf = new Map<string, Set<string>>()
  for (const [failureGroupId, key] of letters) {
    const keys = keysOf.get(failureGroupId) ?? new Set()
    keysOf.set(failureGroupId, keys)
    if (key !== null) keys.add(key)
  }
  if (keysOf.size === 0) return
  const { rows } = await transaction.query<{ readonly id: string; readonly sketch: Uint8Array | null }>(
    `SELECT g.id, k.sketch FROM failure_group g LEFT JOIN failure_group_keys k ON k.failure_group_id = g.id
     WHERE g.id = ANY($1::text[]) AND NOT g.keys_due`,
    [encodeTexts('text[]', [...keysOf.keys()])],
  )
  const changed = rows.flatMap(({ id, sketch }) => {
    const after = addKeys(sketch ?? emptySketch, keysOf.get(id) ?? [])
    return after === sketch ? [] : [{ id, sketch: after }]
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
      encodeTexts(
        'text[]',
        changed.map(({ id }) => id),
      ),
      counted.map(({ count }) => count),
      counted.map(({ isExact }) => isExact),
      encodeBytes(changed.map(({ sketch }) => sketch)),
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

/**
 * Counts the keys of a failure group from its letters, and looks which is the oldest; those that come meanwhile are added
 * later, as new ones.
 */
export const countKeysAnew = async (db: Database, connectionId: string, id: string): Promise<void> =>
  runInTransaction(db, async (client) => {
    await holdCounting(client, connectionId)
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
    await client.query(
      `UPDATE failure_group SET keys_due = false, oldest_at = told.oldest, oldest_origin_at = told.oldest_origin, all_tell_origin = told.all_tell
       FROM (SELECT min(died_at) AS oldest, min(coalesce(l.origin_at, l.died_at)) FILTER (WHERE l.origin_topic = g.origin_topic) AS oldest_origin,
           bool_and(l.origin_topic IS NOT DISTINCT FROM g.origin_topic AND ${tellsOrigin('l')}) AS all_tell
         FROM failure_group g JOIN dead_letter l ON l.failure_group_id = g.id WHERE g.id = $1) AS told
       WHERE id = $1`,
      [id],
    )
  })

/** How many keys the letters of a failure group have, no more than letters. */
export type KeyCount = { readonly count: number; readonly isExact: boolean }
