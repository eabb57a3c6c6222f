import type { GroupRow, LagVerdict } from '#server/contracts/groups.ts'
import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import { lagTrend } from '#server/domain/lag-trend.ts'
import { lagVerdict, worstVerdict } from '#server/domain/lag-verdict.ts'
import {
  type LagChoice,
  type LagSeries,
  readMemberlessSince,
  readRecentLag,
} from '#server/repositories/lag-samples.ts'
import type { Connection, Deps } from './deps.ts'

const trendMinutes = 60

/** What the samples say of one group. */
export type SampledGroup = {
  readonly row: GroupRow
  readonly topics: readonly {
    readonly topic: TopicName
    readonly lag: bigint
    readonly verdict: LagVerdict
    readonly series: LagSeries['samples']
  }[]
}
export type SampledGroups = {
  readonly groups: ReadonlyMap<GroupId, SampledGroup>
  /** Time of the last round; null when nothing was ever sampled. */
  readonly sampledAtMs: number | null
}

/** Judges the chosen groups of a connection by their samples of the last hour. Asks no broker. */
export const readGroupVerdicts = async (
  deps: Deps,
  connection: Connection,
  choice: LagChoice = 'all',
): Promise<SampledGroups> => {
  const { series, sampledAtMs } = await readRecentLag(deps.db, connection.id, trendMinutes, choice)
  // A topic that a group has left is missing from the last rounds; a round or two may fail.
  const current = series.filter(({ samples }) => (samples.at(-1)?.atMs ?? 0) >= (sampledAtMs ?? 0) - 30_000)
  const memberless = current.filter(({ samples }) => {
    const latest = samples.at(-1)
    return latest && latest.lag > 0n && latest.members === 0 && samples.every(({ members }) => members === 0)
  })
  const since = await readMemberlessSince(deps.db, connection.id, memberless)
  const nowMs = deps.clock.nowMs()
  const byGroup = Map.groupBy(current, (one) => one.group)
  const groups = [...byGroup].map(([id, ofGroup]): [GroupId, SampledGroup] => [
    id as GroupId,
    judgeGroup(id as GroupId, ofGroup, nowMs, since.get(id) ?? null),
  ])
  return { groups: new Map(groups), sampledAtMs }
}

const judgeGroup = (
  group: GroupId,
  ofGroup: readonly LagSeries[],
  nowMs: number,
  memberlessSinceMs: number | null,
): SampledGroup => {
  const topics = ofGroup.map(({ topic, samples }) => ({
    topic: topic as TopicName,
    lag: samples.at(-1)?.lag ?? 0n,
    verdict: lagVerdict({ group, topic, samples, nowMs, memberlessSinceMs }),
    series: samples,
  }))
  const latest = ofGroup[0]?.samples.at(-1)
  return {
    topics,
    row: {
      group,
      state: (latest?.state ?? 'unknown') as GroupRow['state'],
      members: latest?.members ?? 0,
      topics: topics.map(({ topic }) => topic),
      lagMessages: topics.reduce((sum, { lag }) => sum + lag, 0n).toString(),
      // Of equally urgent topics the one with the most waiting speaks for the group.
      verdict:
        worstVerdict(topics.toSorted((a, b) => Number(b.lag - a.lag)).map(({ verdict }) => verdict)) ??
        unsampledVerdict(group),
      sampledAt: latest?.atMs ?? null,
      trend: lagTrend(
        topics.map(({ series }) => series),
        nowMs,
        trendMinutes,
      ),
    },
  }
}

const unsampledVerdict = (group: GroupId): LagVerdict => ({
  kind: 'unknown',
  sentence: `${group} has not committed an offset on any topic`,
  lagChangePerSecond: null,
  catchUpMs: null,
  sinceMs: null,
})

/** The row of a group that the broker knows and of which there are no samples. */
export const unsampledRow = (group: GroupId, state: GroupRow['state'], members: number): GroupRow => ({
  group,
  state,
  members,
  topics: [],
  lagMessages: null,
  verdict: unsampledVerdict(group),
  sampledAt: null,
  trend: Array.from({ length: trendMinutes }, () => null),
})
