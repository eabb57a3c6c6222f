import type { Database } from './database.ts'
import type { Transaction } from './run-in-transaction.ts'

/** `unknown`: the broker did not say whether it has the message. */
export type ProducedState = 'sending' | 'sent' | 'refused' | 'unknown'
export type ProducedRow = {
  readonly contentHash: string
  readonly state: ProducedState
  readonly partition: number | null
  readonly offset: bigint | null
  readonly detail: string
  readonly ageMs: number
}

/**
 * Takes an idempotency key for one sending, in the transaction of its audit entry. False when it was taken before. Keys
 * older than a day are forgotten on the way.
 */
export const takeProduceKey = async (
  transaction: Transaction,
  given: {
    readonly key: string
    readonly connectionId: string
    readonly topic: string
    readonly contentHash: string
  },
): Promise<boolean> => {
  await transaction.query("DELETE FROM produced_message WHERE at < now() - interval '1 day'")
  const { rowCount } = await transaction.query(
    `INSERT INTO produced_message (id, connection_id, topic, content_hash, state) VALUES ($1, $2, $3, $4, 'sending')
     ON CONFLICT (id) DO NOTHING`,
    [given.key, given.connectionId, given.topic, given.contentHash],
  )
  return rowCount === 1
}

/** Writes what became of a sending. */
export const settleProduced = async (
  transaction: Transaction,
  key: string,
  result: {
    readonly state: ProducedState
    readonly partition: number | null
    readonly offset: bigint | null
    readonly detail: string
  },
): Promise<void> => {
  await transaction.query(
    'UPDATE produced_message SET state = $2, partition = $3, "offset" = $4, detail = $5 WHERE id = $1',
    [key, result.state, result.partition, result.offset?.toString() ?? null, result.detail],
  )
}

/** What became of the sending of a key; null when it was never taken, or is forgotten. */
export const findProduced = async (db: Database, key: string): Promise<ProducedRow | null> => {
  const { rows } = await db.pool.query<{
    content_hash: string
    state: ProducedState
    partition: number | null
    offset: string | null
    detail: string
    age_ms: string
  }>(
    `SELECT content_hash, state, partition, "offset"::text AS offset, detail,
       extract(epoch FROM now() - at) * 1000 AS age_ms FROM produced_message WHERE id = $1`,
    [key],
  )
  const [row] = rows
  return row
    ? {
        contentHash: row.content_hash,
        state: row.state,
        partition: row.partition,
        offset: row.offset === null ? null : BigInt(row.offset),
        detail: row.detail,
        ageMs: Number(row.age_ms),
      }
    : null
}
