import type { LagVerdict } from '#server/contracts/groups.ts'
import type { RoundTotals } from '#server/domain/round-totals.ts'
import type { Database } from './database.ts'
import { type LeaseProof, runUnderLease } from './leases.ts'

/** What the samples of a connection say for its overview, as of the last round. */
export type OverviewFacts = {
  /** Groups with messages waiting, by topic; `lag` as decimal text. */
  readonly lagging: readonly {
    readonly group: string
    readonly topic: string
    readonly lag: string
    readonly verdict: LagVerdict
  }[]
  /** Groups in use, with the messages that they read a minute. */
  readonly consumers: readonly {
    readonly group: string
    readonly topic: string
    readonly perMinute: number
  }[]
}

/** Writes what the overview shows of a round, under the sampler's lease. */
export const writeOverviewSnapshot = async (
  db: Database,
  connectionId: string,
  { facts, totals }: { readonly facts: OverviewFacts; readonly totals: readonly RoundTotals[] },
  lease: LeaseProof,
): Promise<void> => {
  await runUnderLease(db, lease, (client) =>
    client.query(
      `INSERT INTO overview_snapshot (connection_id, facts, totals) VALUES ($1, $2, $3)
       ON CONFLICT (connection_id) DO UPDATE SET facts = excluded.facts, totals = excluded.totals`,
      [connectionId, JSON.stringify(facts), JSON.stringify(totals)],
    ),
  )
}

/** What the overview shows of the last round; empty before the first. */
export const readOverviewSnapshot = async (
  db: Database,
  connectionId: string,
): Promise<{ readonly facts: OverviewFacts; readonly totals: readonly RoundTotals[] }> => {
  const { rows } = await db.pool.query<{ facts: OverviewFacts; totals: RoundTotals[] }>(
    'SELECT facts, totals FROM overview_snapshot WHERE connection_id = $1',
    [connectionId],
  )
  return rows[0] ?? { facts: { lagging: [], consumers: [] }, totals: [] }
}

/** The totals of the last hour's rounds, in the order of time. */
export const readRoundTotals = async (
  db: Database,
  connectionId: string,
): Promise<readonly RoundTotals[]> => {
  const { rows } = await db.pool.query<{ totals: RoundTotals[] }>(
    'SELECT totals FROM overview_snapshot WHERE connection_id = $1',
    [connectionId],
  )
  return rows[0]?.totals ?? []
}
