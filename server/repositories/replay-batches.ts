import type { LedgerSpan } from '#server/domain/ledger-spans.ts'
import { keepRunsOf } from './copy-runs.ts'
import type { Database } from './database.ts'
import { encodeBigints, encodeIntegers } from './encode-array.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'
import { type LedgerPlace, writeLedgerSpans } from './replay-ledger.ts'

/**
 * Writes the intent to send items, one row for all of them: thousands of rows a batch would cost more than the sending.
 * Answers the name of the batch.
 */
export const insertBatch = async (
  db: Database,
  replayId: string,
  itemIds: readonly bigint[],
  intentFromMs: bigint,
  lease: LeaseProof,
): Promise<bigint> => {
  const { rows } = await runUnderLease(db, lease, (client) =>
    client.query<{ id: string }>(
      'INSERT INTO replay_batch (replay_id, intent_from, item_ids) VALUES ($1, $2, $3::int8[]) RETURNING id',
      [replayId, intentFromMs.toString(), encodeBigints(itemIds)],
    ),
  )
  return BigInt(rows[0]?.id ?? 0)
}

/** An item whose copy was committed; its offset is null where the broker did not tell. */
export type SentItem = { readonly id: bigint; readonly partition: number; readonly offset: bigint | null }

/**
 * Writes down that the copies of a batch were committed, and that the batch is over. `ledger` tells which of its records
 * are theirs: they need not be read.
 */
export const finishBatch = async (
  db: Database,
  batchId: bigint,
  sent: readonly SentItem[],
  sentAtMs: bigint,
  ledger: { readonly place: LedgerPlace; readonly spans: readonly LedgerSpan[] },
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, async (client) => {
    await client.query(
      `WITH sent AS (
       UPDATE replay_item AS i SET outcome = 'SENT', intent_from = $1, sent_at = $2, outcome_at = $2,
           target_partition = n.partition, target_offset = coalesce(n."offset", i.target_offset),
           proof = 'sent to ' || i.target_topic || ' partition ' || n.partition
             || coalesce(' offset ' || n."offset", ' (the broker did not tell at which offset)')
         FROM unnest($3::int8[], $4::int4[], $5::int8[]) AS n(id, partition, "offset") WHERE i.id = n.id
         RETURNING i.id, i.replay_id, i.target_topic, i.target_partition, i.target_offset)
       ${keepRunsOf('sent')}`,
      [
        sentAtMs.toString(),
        new Date(Number(sentAtMs)),
        encodeBigints(sent.map(({ id }) => id)),
        encodeIntegers(
          'int4[]',
          sent.map(({ partition }) => partition),
        ),
        encodeBigints(sent.map(({ offset }) => offset)),
      ],
    )
    await client.query('DELETE FROM replay_batch WHERE id = $1', [batchId.toString()])
    await writeLedgerSpans(client, ledger.place, ledger.spans)
  })
}

/** Ends a batch of which nothing was committed, with how many of its copies others may have seen. */
export const dropBatch = async (
  db: Database,
  replayId: string,
  batchId: bigint,
  abortedCopies: number,
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, async (client) => {
    await client.query('DELETE FROM replay_batch WHERE id = $1', [batchId.toString()])
    if (abortedCopies > 0)
      await client.query('UPDATE replay SET aborted_copies = aborted_copies + $2 WHERE id = $1', [
        replayId,
        abortedCopies,
      ])
  })
}

/**
 * Gives the intent of batches that were begun and not ended to each of their items, where whoever finds out what became
 * of them looks for it. Does nothing where there are none.
 */
export const unfoldBatches = async (db: Database, replayId: string, lease: LeaseProof): Promise<void> => {
  const { rowCount } = await db.pool.query('SELECT FROM replay_batch WHERE replay_id = $1 LIMIT 1', [
    replayId,
  ])
  if (rowCount === 0) return
  await runUnderLease(db, lease, async (client) => {
    await client.query(
      `UPDATE replay_item AS i SET intent_from = n.intent_from
         FROM (SELECT unnest(item_ids) AS id, intent_from FROM replay_batch WHERE replay_id = $1) AS n
         WHERE i.id = n.id AND i.outcome = 'PENDING'`,
      [replayId],
    )
    await client.query('DELETE FROM replay_batch WHERE replay_id = $1', [replayId])
  })
}
