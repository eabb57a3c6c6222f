import type { Overview } from '#server/contracts/overview.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { ratesOf } from '#server/domain/lag-rates.ts'
import { judgeFreshness, type SourceState } from '#server/domain/overview-freshness.ts'
import { makeOverviewMap } from '#server/domain/overview-map.ts'
import { makeSparklines } from '#server/domain/overview-sparklines.ts'
import { findTroubles } from '#server/domain/overview-troubles.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { type Freshness, readFreshness } from '#server/repositories/freshness.ts'
import { readHeartbeat } from '#server/repositories/heartbeats.ts'
import {
  countRunningReplays,
  type DyingGroup,
  readDyingGroups,
  readSpanFlows,
  type SpanFlow,
} from '#server/repositories/overview-facts.ts'
import { listSampledTopics, readTopicEnds } from '#server/repositories/topic-samples.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { readGroupVerdicts, type SampledGroup } from './read-group-verdicts.ts'

const spanMinutes = 10
const spanLimit = 20_000
const dyingLimit = 50

/**
 * What is wrong now, worst first, and the map. Answers from PostgreSQL alone, so that a dead broker delays nothing:
 * the worker has recorded when each source last worked. Errors of the database are thrown.
 */
export const showOverview = async (
  deps: Deps,
  connection: Connection,
  _call: Call,
): Promise<Result<Overview, Fault>> => {
  const { db } = deps
  const [sampled, dying, freshness, heartbeat, replaysRunning, spans, topicEnds] = await Promise.all([
    readGroupVerdicts(deps, connection),
    readDyingGroups(db, connection.id, dyingLimit),
    readFreshness(db, connection.id),
    readHeartbeat(db),
    countRunningReplays(db, connection.id),
    readSpanFlows(db, spanMinutes, spanLimit),
    listSampledTopics(db, connection.id).then((topics) => readTopicEnds(db, connection.id, topics, 60)),
  ])
  const nowMs = deps.clock.nowMs()
  const groups = [...sampled.groups.values()]
  const states = new Map(freshness.map((one) => [one.source, one]))
  const judged = judgeFreshness({
    ...(heartbeat
      ? {
          worker: {
            lastGoodAtMs: heartbeat.seenAtMs,
            ageMs: heartbeat.ageMs,
            detail: heartbeat.workers > 0 ? `${heartbeat.workers} running` : '',
            failing: false,
          },
        }
      : {}),
    ...only(states, ['broker', 'lag-sampling', 'dead-letter-index', 'span-intake']),
  })
  const { troubles, colours } = findTroubles({
    nowMs,
    connection,
    freshness: judged,
    broker: states.get('broker') ?? null,
    registry: connection.registry ? (states.get('registry') ?? null) : null,
    dying,
    groups: groups.flatMap(({ row, topics }) =>
      topics.map(({ topic, lag, verdict }) => ({ group: row.group, topic, lag, verdict })),
    ),
    flows: spans.flows,
  })
  return succeed({
    data: {
      troubles,
      freshness: [...judged],
      sparklines: makeSparklines({
        nowMs,
        lagSeries: groups.flatMap(({ topics }) => topics.map(({ series }) => series)),
        topicEnds: [...topicEnds.values()],
        deaths: dying.map(({ deaths }: DyingGroup) => deaths),
      }),
      replaysRunning,
      map: makeOverviewMap({
        flows: spans.flows.map((flow: SpanFlow) => ({
          ...flow,
          perMinute: Math.round((flow.spans * 600_000) / spans.coveredMs) / 10,
        })),
        groups: groups.filter(isInUse).flatMap((group) => progressOf(group)),
        colours,
      }),
    },
    degraded: [],
    checkedAt: nowMs,
  })
}

const only = <const Name extends string>(
  states: ReadonlyMap<string, Freshness>,
  names: readonly Name[],
): Partial<Record<Name, SourceState>> => {
  const picked: Partial<Record<Name, SourceState>> = {}
  for (const name of names) {
    const state = states.get(name)
    if (state) picked[name] = state
  }
  return picked
}

/** Groups that nobody uses any more, with nothing left to read, would only fill the map. */
const isInUse = ({ row, topics }: SampledGroup): boolean =>
  row.members > 0 || topics.some(({ lag }) => lag > 0n)

/** Messages a minute that a group reads from each of its topics, by its samples of the last two minutes. */
const progressOf = ({
  row,
  topics,
}: SampledGroup): { group: string; topic: TopicName; perMinute: number }[] =>
  topics.map(({ topic, series }) => {
    const latest = series.at(-1)?.atMs ?? 0
    const rates = ratesOf(series.filter(({ atMs }) => atMs >= latest - 120_000))
    return { group: row.group, topic, perMinute: Math.round((rates?.consumedPerSecond ?? 0) * 600) / 10 }
  })
