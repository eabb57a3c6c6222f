import type { Overview } from '#server/contracts/overview.ts'
import { judgeFreshness, type SourceState } from '#server/domain/overview-freshness.ts'
import { makeOverviewMap } from '#server/domain/overview-map.ts'
import { makeSparklines } from '#server/domain/overview-sparklines.ts'
import { findTroubles } from '#server/domain/overview-troubles.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import { sayWorkers } from '#server/domain/say-workers.ts'
import type { Call } from '#server/ports/call.ts'
import { type Freshness, readFreshness } from '#server/repositories/freshness.ts'
import { readHeartbeat } from '#server/repositories/heartbeats.ts'
import {
  countRunningReplays,
  readDyingGroups,
  readSpanFlows,
  type SpanFlow,
} from '#server/repositories/overview-facts.ts'
import { readOverviewSnapshot } from '#server/repositories/overview-snapshots.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { perMinute } from './prepare-overview.ts'
import { wholeLagSource } from './sample-lag.ts'

const spanMinutes = 10
const spanLimit = 10_000
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
  const [{ facts, totals }, dying, freshness, heartbeat, replaysRunning, spans] = await Promise.all([
    readOverviewSnapshot(db, connection.id),
    readDyingGroups(db, connection.id, dyingLimit),
    readFreshness(db, connection.id),
    readHeartbeat(db),
    countRunningReplays(db, connection.id),
    readSpanFlows(db, spanMinutes, spanLimit),
  ])
  const nowMs = deps.clock.nowMs()
  const states = new Map(freshness.map((one) => [one.source, one]))
  const judged = judgeFreshness({
    ...(heartbeat
      ? {
          worker: {
            lastGoodAtMs: heartbeat.seenAtMs,
            ageMs: heartbeat.ageMs,
            detail: heartbeat.workers > 0 ? sayWorkers(heartbeat) : '',
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
    wholeLag: states.get(wholeLagSource) ?? null,
    registry: connection.registry ? (states.get('registry') ?? null) : null,
    dying,
    groups: facts.lagging.map((one) => ({ ...one, lag: BigInt(one.lag) })),
    flows: spans.flows,
  })
  return succeed({
    data: {
      troubles,
      freshness: [...judged],
      sparklines: makeSparklines({
        nowMs,
        lagTotals: totals.map(({ atMs, lag, committed, lagSeries }) => ({
          atMs,
          lag: BigInt(lag),
          sum: BigInt(committed),
          series: lagSeries,
        })),
        endTotals: totals.map(({ atMs, ends, topics }) => ({ atMs, sum: BigInt(ends), series: topics })),
        deaths: dying.map(({ deaths }) => deaths),
      }),
      replaysRunning,
      map: makeOverviewMap({
        flows: spans.flows.map((flow: SpanFlow) => ({
          ...flow,
          perMinute: perMinute((flow.spans * 1000) / spans.coveredMs),
        })),
        groups: facts.consumers,
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
