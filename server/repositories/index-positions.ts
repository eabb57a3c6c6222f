import type { Database } from './database.ts'

export type PartitionName = { readonly topic: string; readonly partition: number }
export type IndexPosition = PartitionName & { readonly nextOffset: bigint }

/** Where the dead-letter index goes on, by topic and partition. Partitions that it has not begun have none. */
export const readIndexPositions = async (
  db: Database,
  connectionId: string,
): Promise<readonly IndexPosition[]> => {
  const { rows } = await db.pool.query<{ topic: string; partition: number; next_offset: string }>(
    'SELECT topic, partition, next_offset FROM index_position WHERE connection_id = $1',
    [connectionId],
  )
  return rows.map((row) => ({
    topic: row.topic,
    partition: row.partition,
    nextOffset: BigInt(row.next_offset),
  }))
}
