import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { Database } from './database.ts'
import { encodeBytes } from './encode-array.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'

type Place = { readonly topic: string; readonly partition: number; readonly offset: bigint }

export type KeptLetter = { readonly message: RawMessage; readonly keptAtMs: number }
/** A record to be kept, or why it is not; what is left out is written down, so that it is not looked at again. */
export type LetterToKeep = {
  readonly message: RawMessage
  readonly bytes: number
  readonly leftOut: string | null
}

/**
 * Offsets of a partition between two (the first included) whose letters are indexed, not given up, of failures that are
 * not closed, and were not looked at before; at most `limit`, oldest first.
 */
export const listUnkept = async (
  db: Database,
  connectionId: string,
  { topic, partition }: Omit<Place, 'offset'>,
  [from, to]: readonly [bigint, bigint],
  limit: number,
): Promise<readonly bigint[]> => {
  const { rows } = await db.pool.query<{ offset: string }>(
    `SELECT l."offset" FROM dead_letter l JOIN failure_group g ON g.id = l.failure_group_id
     LEFT JOIN kept_letter k ON k.connection_id = l.connection_id AND k.topic = l.topic AND k.partition = l.partition AND k."offset" = l."offset"
     WHERE l.connection_id = $1 AND l.topic = $2 AND l.partition = $3 AND l."offset" >= $4 AND l."offset" < $5
       AND k.topic IS NULL AND g.state NOT IN ('resolved', 'archived')
       AND NOT EXISTS (SELECT 1 FROM letter_disposition d WHERE d.letter_id = l.id)
     ORDER BY l."offset" LIMIT $6`,
    [connectionId, topic, partition, from.toString(), to.toString(), limit],
  )
  return rows.map(({ offset }) => BigInt(offset))
}

/** How many bytes of a connection's letters are kept. */
export const sumKeptBytes = async (db: Database, connectionId: string): Promise<bigint> => {
  const { rows } = await db.pool.query<{ bytes: string }>(
    'SELECT coalesce(sum(bytes), 0) AS bytes FROM kept_letter WHERE connection_id = $1 AND left_out IS NULL',
    [connectionId],
  )
  return BigInt(rows[0]?.bytes ?? 0)
}

/** Keeps records byte by byte, in one transaction under the lease. */
export const keepLetters = (
  db: Database,
  connectionId: string,
  letters: readonly LetterToKeep[],
  lease: LeaseProof,
): Promise<void> =>
  runUnderLease(db, lease, async (client) => {
    for (const { message, bytes, leftOut } of letters) {
      const { topic, partition, offset, timestampMs, timestampType, key, value, headers } = message
      const isKept = leftOut === null
      await client.query({
        name: 'keep-letter',
        text: `INSERT INTO kept_letter (connection_id, topic, partition, "offset", bytes, timestamp_ms, timestamp_type,
                                        key, value, header_names, header_values, left_out)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::bytea[], $11::bytea[], $12)
               ON CONFLICT DO NOTHING`,
        values: [
          connectionId,
          topic,
          partition,
          offset.toString(),
          bytes,
          timestampMs.toString(),
          timestampType,
          isKept ? key && Buffer.from(key) : null,
          isKept ? value && Buffer.from(value) : null,
          encodeBytes(isKept ? headers.map(({ name }) => Buffer.from(name)) : []),
          encodeBytes(isKept ? headers.map((header) => header.value) : []),
          leftOut,
        ],
      })
    }
  })

/** Why a record was not kept, though it was about to be deleted; null where nothing says so. */
export const readLeftOut = async (
  db: Database,
  connectionId: string,
  { topic, partition, offset }: Place,
): Promise<string | null> => {
  const { rows } = await db.pool.query<{ left_out: string | null }>(
    'SELECT left_out FROM kept_letter WHERE connection_id = $1 AND topic = $2 AND partition = $3 AND "offset" = $4',
    [connectionId, topic, partition, offset.toString()],
  )
  return rows[0]?.left_out ?? null
}

/** Which of these letters are kept. */
export const listKept = async (db: Database, letterIds: readonly bigint[]): Promise<ReadonlySet<bigint>> => {
  if (letterIds.length === 0) return new Set()
  const { rows } = await db.pool.query<{ id: string }>(
    `SELECT l.id FROM unnest($1::bigint[]) AS wanted(id) JOIN dead_letter l USING (id)
     JOIN kept_letter k ON k.connection_id = l.connection_id AND k.topic = l.topic AND k.partition = l.partition AND k."offset" = l."offset"
     WHERE k.left_out IS NULL`,
    [letterIds.map(String)],
  )
  return new Set(rows.map(({ id }) => BigInt(id)))
}

/** Whether a letter is one of those that are kept before they are deleted: of a failure that is not closed, and not given up. */
export const isKeepable = async (db: Database, letterId: bigint): Promise<boolean> => {
  const { rowCount } = await db.pool.query(
    `SELECT 1 FROM dead_letter l JOIN failure_group g ON g.id = l.failure_group_id
     LEFT JOIN kept_letter k ON k.connection_id = l.connection_id AND k.topic = l.topic AND k.partition = l.partition AND k."offset" = l."offset"
     WHERE l.id = $1 AND k.left_out IS NULL AND g.state NOT IN ('resolved', 'archived')
       AND NOT EXISTS (SELECT 1 FROM letter_disposition d WHERE d.letter_id = l.id)`,
    [letterId.toString()],
  )
  return rowCount === 1
}

/** What is kept of records at these places. */
export const readKeptLetters = async (
  db: Database,
  connectionId: string,
  places: readonly Place[],
): Promise<readonly KeptLetter[]> => {
  if (places.length === 0) return []
  const { rows } = await db.pool.query<{
    topic: string
    partition: number
    offset: string
    timestamp_ms: string
    timestamp_type: 'create' | 'log-append'
    key: Buffer | null
    value: Buffer | null
    header_names: Buffer[]
    header_values: (Buffer | null)[]
    kept_at: Date
  }>(
    `SELECT k.* FROM unnest($2::text[], $3::int[], $4::bigint[]) AS wanted(topic, partition, "offset")
     JOIN kept_letter k USING (topic, partition, "offset")
     WHERE k.connection_id = $1 AND k.left_out IS NULL ORDER BY k.topic, k.partition, k."offset"`,
    [
      connectionId,
      places.map(({ topic }) => topic),
      places.map(({ partition }) => partition),
      places.map(({ offset }) => offset.toString()),
    ],
  )
  return rows.map((row) => ({
    keptAtMs: row.kept_at.getTime(),
    message: {
      topic: row.topic as TopicName,
      partition: row.partition,
      offset: BigInt(row.offset),
      timestampMs: BigInt(row.timestamp_ms),
      timestampType: row.timestamp_type,
      key: row.key,
      value: row.value,
      headers: row.header_names.map((name, at) => ({
        name: name.toString('utf8'),
        value: row.header_values[at] ?? null,
      })),
    },
  }))
}
