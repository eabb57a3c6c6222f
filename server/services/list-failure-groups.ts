import type { z } from 'zod'
import { failureGroupStates, openGroupStates } from '#server/contracts/choices.ts'
import type {
  FailureGroupList,
  FailureGroupRow,
  failureGroupListQuery,
} from '#server/contracts/failure-groups.ts'
import type { DegradedSource } from '#server/contracts/problem.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { deathRateMinutes, deathsPerMinute } from '#server/domain/death-rate.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { readTrends } from '#server/repositories/failure-group-trends.ts'
import {
  countFailureGroups,
  type FailureGroupRecord,
  readFailureGroups,
} from '#server/repositories/failure-groups.ts'
import { readFreshness } from '#server/repositories/freshness.ts'
import {
  type RankedGroup,
  rankedFailureGroups,
  rankFailureGroups,
} from '#server/repositories/rank-failure-groups.ts'
import type { Connection, Deps } from './deps.ts'
import { degradedBy, type Fault } from './fault.ts'
import { indexSource } from './index-dead-letters.ts'
import {
  type GroupExpiries,
  type GroupExpiry,
  readGroupExpiries,
  readMessageExpiries,
} from './read-group-expiries.ts'

const staleAfterMs = 30_000

/**
 * Failure groups as they cross HTTP, with the times when the first of their letters go. Expiry is an addition: a broker
 * that does not answer must not keep the inbox from opening, so it is left out then and the answer says so.
 */
export const failureGroupRowsOf = async (
  deps: Deps,
  connection: Connection,
  records: readonly FailureGroupRecord[],
  call: Call,
  known: GroupExpiries | null = null,
): Promise<{ readonly rows: FailureGroupRow[]; readonly degraded: DegradedSource[] }> => {
  const expiries = known ?? (await readGroupExpiries(deps, connection, records, call))
  return {
    rows: records.map((record) => rowOf(record, expiries.of(record))),
    degraded: expiries.problem ? [degradedBy(expiries.problem)] : [],
  }
}

const rowOf = (record: FailureGroupRecord, expiry: GroupExpiry): FailureGroupRow => {
  return {
    id: record.id,
    errorClass: record.errorClass,
    rootCause: record.rootCause,
    message: record.message,
    frame: record.frame,
    originTopic: record.originTopic as FailureGroupRow['originTopic'],
    group: record.group as FailureGroupRow['group'],
    deadLetterTopics: record.deadLetterTopics as TopicName[],
    conventions: record.conventions as FailureGroupRow['conventions'],
    confidence: record.confidence as FailureGroupRow['confidence'],
    isPointer: record.isPointer,
    count: record.letters,
    keys: record.keys,
    services: [...record.services],
    trend: [...record.trend],
    perMinute: deathsPerMinute(record.trend),
    firstSeenAt: record.firstSeenAtMs,
    lastSeenAt: record.lastSeenAtMs,
    firstExpiresAt: expiry.letter,
    originExpiresAt: expiry.origin,
    unrecoverableAt: expiry.message,
    isKept: expiry.isKept,
    state: record.state as FailureGroupRow['state'],
    stateBy: record.stateBy,
    stateAt: record.stateAtMs,
    assignee: record.assignee,
    mute: record.mute,
    regression: record.regression,
  }
}

type Sort = NonNullable<z.output<typeof failureGroupListQuery>['sort']>
/** What has no value stands last, whichever way the others stand. */
const compareBy =
  (placeOf: (group: RankedGroup) => number | null, desc: boolean) =>
  (a: RankedGroup, b: RankedGroup): number => {
    const [one, other] = [placeOf(a), placeOf(b)]
    if (one === null || other === null) return Number(one === null) - Number(other === null)
    return desc ? other - one : one - other
  }
const deadlinesMs = { '3h': 3 * 3_600_000, '24h': 24 * 3_600_000, '7d': 7 * 24 * 3_600_000 } as const

/**
 * The first failure groups of those that fit the filter, in the order asked for, then the last seen; with the index's
 * freshness. Of more than ten thousand that fit, those last seen are put in order.
 */
export const listFailureGroups = async (
  deps: Deps,
  connection: Connection,
  query: z.output<typeof failureGroupListQuery>,
  call: Call,
): Promise<Result<FailureGroupList, Fault>> => {
  const { sort = 'growing', desc = true, within, limit } = query
  const states = query.state === 'all' ? undefined : query.state === 'open' ? openGroupStates : [query.state]
  const filter = { states, topic: query.topic, group: query.group, text: query.q }
  // When all of them end is asked only where it decides which are shown.
  const isByEnd = within !== undefined || sort === 'expires'
  const rank = async () => {
    const ranked = await rankFailureGroups(deps.db, connection.id, filter, {
      keys: sort === 'keys',
      ending: isByEnd,
    })
    const all = ranked.groups.flatMap(({ ending }) => ending ?? [])
    return {
      ...ranked,
      messages: isByEnd ? await readMessageExpiries(deps, connection, all, call) : null,
    }
  }
  const [ranked, trends, counts, freshness] = await Promise.all([
    rank(),
    readTrends(deps.db, connection.id, null),
    countFailureGroups(deps.db, connection.id),
    readFreshness(deps.db, connection.id),
  ])
  const nowMs = deps.clock.nowMs()
  const ends = new Map(
    ranked.groups.map((group) => [group, (group.ending && ranked.messages?.of(group.ending)) ?? null]),
  )
  const endOf = (group: RankedGroup): number | null => ends.get(group) ?? null
  const placeOf: Readonly<Record<Sort, (group: RankedGroup) => number | null>> = {
    growing: ({ id }) => deathsPerMinute(trends.get(id, deathRateMinutes) ?? []),
    count: ({ letters }) => letters,
    keys: ({ keys }) => keys,
    last: ({ lastSeenAtMs }) => lastSeenAtMs,
    expires: endOf,
  }
  const fitting =
    within === undefined
      ? [...ranked.groups]
      : ranked.groups.filter(
          (group) => (endOf(group) ?? Number.POSITIVE_INFINITY) <= nowMs + deadlinesMs[within],
        )
  const places = new Map(fitting.map((group) => [group, placeOf[sort](group)]))
  const compare = compareBy((group) => places.get(group) ?? null, desc)
  const shown = fitting.sort((a, b) => compare(a, b) || b.lastSeenAtMs - a.lastSeenAtMs).slice(0, limit)
  const ids = shown.map(({ id }) => id)
  const endings = shown.flatMap(({ ending }) => ending ?? [])
  const [read, expiries] = await Promise.all([
    readFailureGroups(deps.db, connection.id, ids, trends),
    isByEnd ? readGroupExpiries(deps, connection, endings, call) : null,
  ])
  const records = new Map(read.map((record) => [record.id, record]))
  // One that was merged into another meanwhile is not there any more.
  const present = shown.flatMap(({ id }) => records.get(id) ?? [])
  const { rows, degraded } = await failureGroupRowsOf(deps, connection, present, call, expiries)
  const problem = ranked.messages?.problem
  const index = freshness.find(
    ({ source, connectionId }) => source === indexSource && connectionId === connection.id,
  )
  const fittingTotal = within === undefined ? ranked.total : fitting.length
  return succeed({
    data: {
      groups: rows,
      unfilteredTotal: [...counts.values()].reduce((sum, count) => sum + count, 0),
      fittingTotal,
      cutAt: fittingTotal > shown.length ? shown.length : null,
      rankedOf: ranked.total > rankedFailureGroups ? rankedFailureGroups : null,
      counts: Object.fromEntries(
        failureGroupStates.map((state) => [state, counts.get(state) ?? 0]),
      ) as FailureGroupList['data']['counts'],
      index: {
        behindMessages: index?.behind?.toString() ?? null,
        lastIndexedAt: index?.lastGoodAtMs ?? null,
        stale: index?.ageMs == null || index.ageMs > staleAfterMs,
      },
    },
    degraded: degraded.length === 0 && problem ? [degradedBy(problem)] : degraded,
    checkedAt: nowMs,
  })
}
