import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'
import { type ItemChange, writeChanges } from './replay-items.ts'

export type LookedTopic = { readonly replayId: string; readonly topic: string; readonly topicId: string }

/** The offset from which each partition of a topic is yet to be looked through for copies of a replay. */
export const readLooks = async (
  db: Database,
  { replayId, topic, topicId }: LookedTopic,
): Promise<ReadonlyMap<number, bigint>> => {
  const rows = await db.prisma.replayLook.findMany({ where: { replayId, topic, topicId } })
  return new Map(rows.map((row) => [row.partition, row.nextOffset]))
}

/**
 * Writes how far a topic has been looked through together with the copies found and how many of aborted transactions,
 * under the replay's lease.
 */
export const writeLooks = async (
  db: Database,
  { replayId, topic, topicId }: LookedTopic,
  nextOffsets: ReadonlyMap<number, bigint>,
  found: readonly ItemChange[],
  abortedCopies: number,
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, async (client) => {
    await writeChanges(client, found)
    if (abortedCopies > 0)
      await client.query('UPDATE replay SET aborted_copies = aborted_copies + $2 WHERE id = $1', [
        replayId,
        abortedCopies,
      ])
    await client.query(
      `INSERT INTO replay_look (replay_id, topic, topic_id, partition, next_offset)
       SELECT $1, $2, $3, n.partition, n.next_offset FROM unnest($4::int[], $5::bigint[]) AS n(partition, next_offset)
       ON CONFLICT (replay_id, topic, partition) DO UPDATE SET topic_id = excluded.topic_id, next_offset = excluded.next_offset`,
      [replayId, topic, topicId, [...nextOffsets.keys()], [...nextOffsets.values()].map(String)],
    )
  })
}
