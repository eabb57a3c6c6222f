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
  listedFailureGroups,
  readFailureGroups,
  readFirstExpiries,
} from '#server/repositories/failure-groups.ts'
import { readFreshness } from '#server/repositories/freshness.ts'
import type { Connection, Deps } from './deps.ts'
import { degradedBy, type Fault } from './fault.ts'
import { indexSource } from './index-dead-letters.ts'
import { readRetention } from './read-retention.ts'

const staleAfterMs = 30_000
const retentionPatienceMs = 1_500
const open = new Set<string>(openGroupStates)

/**
 * Failure groups as they cross HTTP, with the time when the first of their letters will be deleted. Expiry is an addition:
 * a broker that does not answer must not keep the inbox from opening, so it is left out then and the answer says so.
 */
export const failureGroupRowsOf = async (
  deps: Deps,
  connection: Connection,
  records: readonly FailureGroupRecord[],
  call: Call,
): Promise<{ readonly rows: FailureGroupRow[]; readonly degraded: DegradedSource[] }> => {
  const topics = [
    ...new Set(
      records.flatMap(({ deadLetterTopics, originTopic }) => [...deadLetterTopics, originTopic ?? []].flat()),
    ),
  ] as TopicName[]
  const retention = await readRetention(connection, topics, {
    signal: AbortSignal.any([call.signal, AbortSignal.timeout(retentionPatienceMs)]),
  })
  const retained = (topicsOf: (record: FailureGroupRecord) => readonly string[]) =>
    records.flatMap((record) =>
      topicsOf(record).flatMap((topic) => {
        const retentionMs = retention.byTopic.get(topic) ?? null
        return retentionMs === null ? [] : [{ failureGroupId: record.id, topic, retentionMs }]
      }),
    )
  const [letters, origins] = await Promise.all([
    readFirstExpiries(
      deps.db,
      'topic',
      retained(({ deadLetterTopics }) => deadLetterTopics),
    ),
    readFirstExpiries(
      deps.db,
      'origin_topic',
      retained(({ originTopic }) => (originTopic === null ? [] : [originTopic])),
    ),
  ])
  return {
    rows: records.map((record) =>
      rowOf(record, { letter: letters.get(record.id) ?? null, origin: origins.get(record.id) ?? null }),
    ),
    degraded: retention.problem ? [degradedBy(retention.problem)] : [],
  }
}

const rowOf = (
  record: FailureGroupRecord,
  expiry: { readonly letter: number | null; readonly origin: number | null },
): FailureGroupRow => {
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
    trend: [...record.trend],
    perMinute: deathsPerMinute(record.trend),
    firstSeenAt: record.firstSeenAtMs,
    lastSeenAt: record.lastSeenAtMs,
    firstExpiresAt: expiry.letter,
    originExpiresAt: expiry.origin,
    state: record.state as FailureGroupRow['state'],
    stateBy: record.stateBy,
    stateAt: record.stateAtMs,
    assignee: record.assignee,
    mute: record.mute,
    regression: record.regression,
  }
}

/** Failure groups that fit the filter, the fastest growing first, then the last seen; with the index's freshness. */
export const listFailureGroups = async (
  deps: Deps,
  connection: Connection,
  query: z.output<typeof failureGroupListQuery>,
  call: Call,
): Promise<Result<FailureGroupList, Fault>> => {
  const [records, counts, freshness] = await Promise.all([
    readFailureGroups(deps.db, connection.id),
    countFailureGroups(deps.db, connection.id),
    readFreshness(deps.db, connection.id),
  ])
  const { rows, degraded } = await failureGroupRowsOf(deps, connection, records, call)
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const text = query.q.toLowerCase()
  const groups = rows
    .filter(
      ({ state }) =>
        query.state === 'all' || (query.state === 'open' ? open.has(state) : state === query.state),
    )
    .filter(
      ({ originTopic, deadLetterTopics, group }) =>
        (query.topic === undefined ||
          query.topic === originTopic ||
          deadLetterTopics.includes(query.topic)) &&
        (query.group ?? group) === group,
    )
    .filter((row) =>
      [
        row.rootCause,
        row.errorClass,
        row.message,
        row.frame,
        row.originTopic,
        row.group,
        row.assignee,
        ...row.deadLetterTopics,
      ].some((one) => one?.toLowerCase().includes(text) ?? false),
    )
    .sort((a, b) => b.perMinute - a.perMinute || b.lastSeenAt - a.lastSeenAt)
  const index = freshness.find(
    ({ source, connectionId }) => source === indexSource && connectionId === connection.id,
  )
  return succeed({
    data: {
      groups,
      unfilteredTotal: total,
      cutAt: total > listedFailureGroups ? listedFailureGroups : null,
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
    checkedAt: deps.clock.nowMs(),
  })
}
