import type { Database } from './database.ts'
import { assertFence } from './leases.ts'
import { runInTransaction } from './run-in-transaction.ts'

export type NewLagSample = {
  readonly group: string
  readonly topic: string
  readonly lag: bigint
  /** Sums over the partitions that the group has committed. */
  readonly endSum: bigint
  readonly committedSum: bigint
  readonly members: number
  readonly state: string
}
export type NewTopicSample = {
  readonly topic: string
  readonly startSum: bigint
  readonly endSum: bigint
  /** Null when not asked for in this round or not told. */
  readonly sizeBytes: bigint | null
}

/**
 * Writes one round of samples in one transaction, all at the time `ageMs` ago by the database's clock. `lease` is the
 * sampler's own: the write is refused with `LeaseLostError` when another worker samples by now.
 */
export const insertSamples = async (
  db: Database,
  connectionId: string,
  round: {
    readonly groups: readonly NewLagSample[]
    readonly topics: readonly NewTopicSample[]
    readonly ageMs: number
  },
  lease: { readonly name: string; readonly fence: bigint },
): Promise<void> => {
  await runInTransaction(db, async (client) => {
    await assertFence(client, lease.name, lease.fence)
    const { groups, topics, ageMs } = round
    await client.query(
      `INSERT INTO lag_sample (at, connection_id, group_id, topic, lag, end_sum, committed_sum, members, state)
       SELECT now() - $2::float8 * interval '1 millisecond', $1, *
       FROM unnest($3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::int[], $9::text[])`,
      [
        connectionId,
        ageMs,
        groups.map(({ group }) => group),
        groups.map(({ topic }) => topic),
        groups.map(({ lag }) => lag.toString()),
        groups.map(({ endSum }) => endSum.toString()),
        groups.map(({ committedSum }) => committedSum.toString()),
        groups.map(({ members }) => members),
        groups.map(({ state }) => state),
      ],
    )
    await client.query(
      `INSERT INTO topic_sample (at, connection_id, topic, start_sum, end_sum, size_bytes)
       SELECT now() - $2::float8 * interval '1 millisecond', $1, *
       FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[])`,
      [
        connectionId,
        ageMs,
        topics.map(({ topic }) => topic),
        topics.map(({ startSum }) => startSum.toString()),
        topics.map(({ endSum }) => endSum.toString()),
        topics.map(({ sizeBytes }) => sizeBytes?.toString() ?? null),
      ],
    )
  })
}
