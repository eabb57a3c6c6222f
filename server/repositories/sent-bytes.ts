import type { Database } from './database.ts'

const tenthNow = 'floor(extract(epoch FROM now()) * 10)::int8'
/** What is older tells nothing of how fast a replay sends now. */
const keptTenths = 200

/** Adds to the bytes that a replay has sent at present, and forgets what it sent long ago. */
export const noteSentBytes = async (db: Database, replayId: string, bytes: number): Promise<void> => {
  if (bytes <= 0) return
  await db.pool.query(
    `WITH forgotten AS (DELETE FROM replay_sent_bytes WHERE replay_id = $1 AND tenth < ${tenthNow} - ${keptTenths})
     INSERT INTO replay_sent_bytes AS b (replay_id, tenth, bytes) VALUES ($1, ${tenthNow}, $2)
     ON CONFLICT (replay_id, tenth) DO UPDATE SET bytes = b.bytes + excluded.bytes`,
    [replayId, bytes],
  )
}

/** Bytes of keys, values and headers that replays have sent in the last so many seconds, at most 20. */
export const readSentBytes = async (
  db: Database,
  replayIds: readonly string[],
  seconds: number,
): Promise<ReadonlyMap<string, number>> => {
  if (replayIds.length === 0) return new Map()
  const { rows } = await db.pool.query<{ replay_id: string; bytes: string }>(
    `SELECT replay_id, sum(bytes) AS bytes FROM replay_sent_bytes
     WHERE replay_id = ANY($1::uuid[]) AND tenth > ${tenthNow} - $2 * 10 GROUP BY 1`,
    [replayIds, seconds],
  )
  return new Map(rows.map((row) => [row.replay_id, Number(row.bytes)]))
}
