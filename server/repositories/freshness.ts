import { joinShares } from '#server/domain/join-shares.ts'
import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'

export type Freshness = {
  readonly connectionId: string
  readonly source: string
  readonly lastGoodAtMs: number | null
  /** Since the last good run, by the database's clock; null when there never was one. */
  readonly ageMs: number | null
  readonly detail: string
  /** What the last good run left to be done; null where the source does not count that. */
  readonly behind: bigint | null
  /** The last run did not work; `detail` says why. */
  readonly failing: boolean
}

/**
 * Records that a source of facts works. `connectionId` is empty for what belongs to no connection; `lease` is null for
 * what every worker tells. Throws `LeaseLostError` when the lease has another owner by now.
 */
export const recordGood = (
  db: Database,
  connectionId: string,
  source: string,
  detail: string,
  lease: LeaseProof | null,
  behind: bigint | null = null,
): Promise<void> =>
  write(
    db,
    `INSERT INTO source_freshness (connection_id, source, last_good_at, detail, behind, updated_at)
     VALUES ($1, $2, now(), $3, $4, now())
     ON CONFLICT (connection_id, source) DO UPDATE
       SET last_good_at = excluded.last_good_at, detail = excluded.detail, behind = excluded.behind,
           updated_at = excluded.updated_at`,
    [connectionId, source, detail, behind?.toString() ?? null],
    lease,
  )

/**
 * Records why a source did not work just now. The time of its last good run stays. Throws `LeaseLostError` when the
 * lease has another owner by now.
 */
export const recordFailure = (
  db: Database,
  connectionId: string,
  source: string,
  detail: string,
  lease: LeaseProof | null,
): Promise<void> =>
  write(
    db,
    `INSERT INTO source_freshness (connection_id, source, last_good_at, detail, updated_at)
     VALUES ($1, $2, NULL, $3, now())
     ON CONFLICT (connection_id, source) DO UPDATE
       SET detail = excluded.detail, updated_at = excluded.updated_at`,
    [connectionId, source, detail],
    lease,
  )

const write = async (
  db: Database,
  statement: string,
  values: readonly (string | null)[],
  lease: LeaseProof | null,
): Promise<void> => {
  if (lease) await runUnderLease(db, lease, (client) => client.query(statement, [...values]))
  else await db.pool.query(statement, [...values])
}

/** Freshness of a connection's sources and of those that belong to no connection; shares of one source are joined. */
export const readFreshness = async (db: Database, connectionId: string): Promise<readonly Freshness[]> => {
  const { rows } = await db.pool.query<{
    connection_id: string
    source: string
    last_good_at: Date | null
    age: number | null
    detail: string
    behind: string | null
    failing: boolean
  }>(
    `SELECT connection_id, source, last_good_at, detail, behind,
            (last_good_at IS NULL OR updated_at > last_good_at) AND detail <> '' AS failing,
            extract(epoch FROM now() - last_good_at)::float8 * 1000 AS age
     FROM source_freshness WHERE connection_id IN ($1, '')`,
    [connectionId],
  )
  return joinShares(
    rows.map((row) => ({
      connectionId: row.connection_id,
      source: row.source,
      lastGoodAtMs: row.last_good_at?.getTime() ?? null,
      ageMs: row.age,
      detail: row.detail,
      behind: row.behind === null ? null : BigInt(row.behind),
      failing: row.failing,
    })),
  )
}
