import type pg from 'pg'
import type { Database } from './database.ts'
import { runUnhurried } from './run-unhurried.ts'

const dayMs = 86_400_000

export type Retention = {
  /** Whole days that spans, their links and trace summaries are kept. */
  readonly spanDays: number
  /** Whole days that lag and topic samples are kept. */
  readonly sampleDays: number
}
export const defaultRetention: Retention = { spanDays: 7, sampleDays: 7 }

const partitionedTables = [
  { table: 'lag_sample', column: 'at', keep: 'sampleDays' },
  { table: 'topic_sample', column: 'at', keep: 'sampleDays' },
  { table: 'span', column: 'day', keep: 'spanDays' },
  { table: 'span_link', column: 'day', keep: 'spanDays' },
  { table: 'span_attribute_index', column: 'day', keep: 'spanDays' },
] as const satisfies readonly { table: string; column: 'at' | 'day'; keep: keyof Retention }[]

type PartitionedTable = (typeof partitionedTables)[number]

/** Any number that nothing else locks in this database. */
const advisoryLockKey = 7_251_104_319n

/**
 * Makes the day partitions (UTC) from yesterday to the day after tomorrow and removes what is older than its
 * retention. Rows that came before their partition lie in the default partition and are moved. Safe to call from
 * several processes at once and as often as one likes. `now` in milliseconds since the epoch.
 * Throws when the database does not answer, or when a table stays locked for 5 s; the next call tries again.
 */
export const ensurePartitions = async (
  db: Database,
  now: number,
  retention: Retention = defaultRetention,
): Promise<{ readonly created: readonly string[]; readonly dropped: readonly string[] }> => {
  const created: string[] = []
  const dropped: string[] = []
  await runUnhurried(db, async (client) => {
    for (const part of partitionedTables) {
      const existing = await listPartitions(client, part.table)
      for (const offset of [-1, 0, 1, 2]) {
        const day = startOfDay(now) + offset * dayMs
        const name = partitionName(part.table, day)
        if (!existing.has(name) && (await createPartition(client, part, day))) created.push(name)
      }
      const keptFrom = startOfDay(now) - retention[part.keep] * dayMs
      for (const [name, day] of existing)
        if (day < keptFrom && (await dropPartition(client, part.table, name))) dropped.push(name)
      await client.query(`DELETE FROM ${part.table}_default WHERE ${part.column} < $1`, [isoDay(keptFrom)])
    }
    await deleteOldSummaries(client, startOfDay(now) - retention.spanDays * dayMs)
  })
  return { created, dropped }
}

const startOfDay = (ms: number): number => Math.floor(ms / dayMs) * dayMs
/** `2026-11-21`; as a bound of a timestamptz column `2026-11-21T00:00:00Z`. */
const isoDay = (ms: number): string => `${new Date(ms).toISOString().slice(0, 10)}T00:00:00Z`
const partitionName = (table: string, day: number): string =>
  `${table}_${new Date(day).toISOString().slice(0, 10).replaceAll('-', '')}`

/** Names of the day partitions with the start of their day. */
const listPartitions = async (client: pg.ClientBase, table: string): Promise<Map<string, number>> => {
  const { rows } = await client.query<{ name: string }>(
    `SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = to_regclass($1)`,
    [table],
  )
  const days = new Map<string, number>()
  for (const { name } of rows) {
    const day = /_(\d{4})(\d\d)(\d\d)$/.exec(name)
    if (day) days.set(name, Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3])))
  }
  return days
}

/** Runs one change of partitions alone in the database and with bounded waiting for readers and writers. */
const inTransaction = async <T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> => {
  await client.query('BEGIN')
  try {
    await client.query(`SET LOCAL lock_timeout = '5s'`)
    await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLockKey])
    const result = await work()
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

/**
 * A partition can not be made for a range of which the default partition holds rows, so it is made apart, takes those
 * rows over and is attached, while writers of the default partition wait.
 */
const createPartition = (client: pg.ClientBase, part: PartitionedTable, day: number): Promise<boolean> =>
  inTransaction(client, async () => {
    const name = partitionName(part.table, day)
    const [from, to] = [isoDay(day), isoDay(day + dayMs)]
    const { rows } = await client.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [
      name,
    ])
    if (rows[0]?.exists) return false
    await client.query(`CREATE TABLE ${name} (LIKE ${part.table} INCLUDING ALL)`)
    await client.query(`LOCK TABLE ${part.table}_default IN ACCESS EXCLUSIVE MODE`)
    await client.query(
      `WITH moved AS (DELETE FROM ${part.table}_default WHERE ${part.column} >= '${from}' AND ${part.column} < '${to}'
         RETURNING *)
       INSERT INTO ${name} SELECT * FROM moved`,
    )
    await client.query(
      `ALTER TABLE ${part.table} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`,
    )
    return true
  })

const dropPartition = (client: pg.ClientBase, table: string, name: string): Promise<boolean> =>
  inTransaction(client, async () => {
    const { rows } = await client.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [
      name,
    ])
    if (!rows[0]?.exists) return false
    await client.query(`ALTER TABLE ${table} DETACH PARTITION ${name}`)
    await client.query(`DROP TABLE ${name}`)
    return true
  })

/** In pieces, so that no transaction runs long. */
const deleteOldSummaries = async (client: pg.ClientBase, keptFromMs: number): Promise<void> => {
  const keptFromNs = BigInt(keptFromMs) * 1_000_000n
  let deleted = 0
  do {
    const { rowCount } = await client.query(
      `DELETE FROM trace_summary WHERE trace_id IN (SELECT trace_id FROM trace_summary WHERE start_ns < $1 AND end_ns < $1 LIMIT 10000)`,
      [keptFromNs],
    )
    deleted = rowCount ?? 0
  } while (deleted === 10_000)
  await client.query('DELETE FROM span_service WHERE last_ns < $1', [keptFromNs])
}
