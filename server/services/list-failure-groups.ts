import type { z } from 'zod'
import { failureGroupStates, openGroupStates } from '#server/contracts/choices.ts'
import type {
  FailureGroupList,
  FailureGroupRow,
  failureGroupListQuery,
} from '#server/contracts/failure-groups.ts'
import type { DegradedSource } from '#server/contracts/problem.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { deathsPerMinute } from '#server/domain/death-rate.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import {
  countFailureGroups,
  type FailureGroupRecord,
  findFailureGroups,
  listedFailureGroups,
} from '#server/repositories/failure-groups.ts'
import { readFreshness } from '#server/repositories/freshness.ts'
import type { Connection, Deps } from './deps.ts'
import { degradedBy, type Fault } from './fault.ts'
import { indexSource } from './index-dead-letters.ts'
import { type GroupExpiry, readGroupExpiries } from './read-group-expiries.ts'

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
): Promise<{ readonly rows: FailureGroupRow[]; readonly degraded: DegradedSource[] }> => {
  const expiries = await readGroupExpiries(deps, connection, records, call)
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
const sortValues: Readonly<Record<Sort, (row: FailureGroupRow) => number | null>> = {
  growing: ({ perMinute }) => perMinute,
  count: ({ count }) => count,
  keys: ({ keys }) => keys?.count ?? null,
  last: ({ lastSeenAt }) => lastSeenAt,
  expires: ({ unrecoverableAt }) => unrecoverableAt,
}
/** What has no value stands last, whichever way the others stand. */
const compareBy =
  (sort: Sort, desc: boolean) =>
  (a: FailureGroupRow, b: FailureGroupRow): number => {
    const [one, other] = [sortValues[sort](a), sortValues[sort](b)]
    if (one === null || other === null) return Number(one === null) - Number(other === null)
    return desc ? other - one : one - other
  }
const deadlinesMs = { '3h': 3 * 3_600_000, '24h': 24 * 3_600_000, '7d': 7 * 24 * 3_600_000 } as const

/**
 * Failure groups that fit the filter in the order asked for, then the last seen; with the index's freshness. Of more than a
 * thousand that fit, deadline and order look at those last seen.
 */
export const listFailureGroups = async (
  deps: Deps,
  connection: Connection,
  query: z.output<typeof failureGroupListQuery>,
  call: Call,
): Promise<Result<FailureGroupList, Fault>> => {
  const states = query.state === 'all' ? undefined : query.state === 'open' ? openGroupStates : [query.state]
  const filter = { states, topic: query.topic, group: query.group, text: query.q }
  const [found, counts, freshness] = await Promise.all([
    findFailureGroups(deps.db, connection.id, filter),
    countFailureGroups(deps.db, connection.id),
    readFreshness(deps.db, connection.id),
  ])
  const { rows, degraded } = await failureGroupRowsOf(deps, connection, found.records, call)
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const nowMs = deps.clock.nowMs()
  const compare = compareBy(query.sort ?? 'growing', query.desc ?? true)
  const groups = rows
    .filter(
      ({ unrecoverableAt }) =>
        query.within === undefined ||
        (unrecoverableAt !== null && unrecoverableAt <= nowMs + deadlinesMs[query.within]),
    )
    .sort((a, b) => compare(a, b) || b.lastSeenAt - a.lastSeenAt)
  const index = freshness.find(
    ({ source, connectionId }) => source === indexSource && connectionId === connection.id,
  )
  return succeed({
    data: {
      groups,
      unfilteredTotal: total,
      fittingTotal: found.total,
      cutAt: found.total > listedFailureGroups ? listedFailureGroups : null,
      counts: Object.fromEntries(
        failureGroupStates.map((state) => [state, counts.get(state) ?? 0]),
      ) as FailureGroupList['data']['counts'],
      index: {
        behindMessages: index?.behind?.toString() ?? null,
        lastIndexedAt: index?.lastGoodAtMs ?? null,
        stale: index?.ageMs == null || index.ageMs > staleAfterMs,
      },
    },
    degraded,
    checkedAt: nowMs,
  })
}
