import { addRound, type RoundTotals } from '#server/domain/round-totals.ts'
import { type GroupProgress, readGroupProgress } from '#server/repositories/group-progress.ts'
import type { LeaseProof } from '#server/repositories/leases.ts'
import {
  type OverviewFacts,
  readRoundTotals,
  writeOverviewSnapshot,
} from '#server/repositories/overview-snapshots.ts'
import type { Connection, Deps } from './deps.ts'
import { readGroupVerdicts } from './read-group-verdicts.ts'

/**
 * Judges the groups once a round and keeps what the overview needs of it: with thousands of groups that takes longer
 * than a page may, and every open page would ask for the same. Errors of the database are thrown.
 */
export const prepareOverview = async (
  deps: Deps,
  connection: Connection,
  round: RoundTotals,
  lease: LeaseProof,
): Promise<void> => {
  const [sampled, progress, totals] = await Promise.all([
    readGroupVerdicts(deps, connection, 'lagging'),
    readGroupProgress(deps.db, connection.id),
    readRoundTotals(deps.db, connection.id),
  ])
  const facts: OverviewFacts = {
    lagging: [...sampled.groups.values()].flatMap(({ row, topics }) =>
      topics.map(({ topic, lag, verdict }) => ({ group: row.group, topic, lag: lag.toString(), verdict })),
    ),
    consumers: progress.filter(isInUse).map(({ group, topic, consumedPerSecond }) => ({
      group,
      topic,
      perMinute: perMinute(consumedPerSecond ?? 0),
    })),
  }
  await writeOverviewSnapshot(deps.db, connection.id, { facts, totals: addRound(totals, round) }, lease)
}

/** Groups that nobody uses any more, with nothing left to read, would only fill the map. */
const isInUse = ({ members, lag }: GroupProgress): boolean => members > 0 || lag > 0n

/** A rate a minute with one decimal. */
export const perMinute = (perSecond: number): number => Math.round(perSecond * 600) / 10
