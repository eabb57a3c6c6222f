import type { Overview } from '#server/contracts/overview.ts'
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
import {
  type GroupProgress,
  readEndTotals,
  readGroupProgress,
  readLagTotals,
} from '#server/repositories/sample-totals.ts'
import { listSampledTopics } from '#server/repositories/topic-samples.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { readGroupVerdicts } from './read-group-verdicts.ts'

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
  const [sampled, progress, lagTotals, endTotals, dying, freshness, heartbeat, replaysRunning, spans] =
    await Promise.all([
      readGroupVerdicts(deps, connection, 'lagging'),
      readGroupProgress(db, connection.id),
      readLagTotals(db, connection.id),
      listSampledTopics(db, connection.id).then((topics) => readEndTotals(db, connection.id, topics)),
      readDyingGroups(db, connection.id, dyingLimit),
      readFreshness(db, connection.id),
      readHeartbeat(db),
      countRunningReplays(db, connection.id),
      readSpanFlows(db, spanMinutes, spanLimit),
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
        lagTotals,
        endTotals,
        deaths: dying.map(({ deaths }: DyingGroup) => deaths),
      }),
      replaysRunning,
      map: makeOverviewMap({
        flows: spans.flows.map((flow: SpanFlow) => ({
          ...flow,
          perMinute: perMinute((flow.spans * 1000) / spans.coveredMs),
        })),
        groups: progress.filter(isInUse).map(({ group, topic, consumedPerSecond }) => ({
          group,
          topic,
          perMinute: perMinute(consumedPerSecond ?? 0),
        })),
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
const isInUse = ({ members, lag }: GroupProgress): boolean => members > 0 || lag > 0n

const perMinute = (perSecond: number): number => Math.round(perSecond * 600) / 10
