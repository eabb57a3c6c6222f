import type { z } from 'zod'
import type {
  FailureGroupList,
  FailureGroupRow,
  failureGroupListQuery,
} from '#server/contracts/failure-groups.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import { type FailureGroupRecord, readFailureGroups } from '#server/repositories/failure-groups.ts'
import { readFreshness } from '#server/repositories/freshness.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { indexSource } from './index-dead-letters.ts'
import { readRetention } from './read-retention.ts'

const staleAfterMs = 30_000
const retentionPatienceMs = 1_500
const states = ['new', 'known', 'investigating', 'resolved', 'archived'] as const
const open = new Set(['new', 'known', 'investigating'])

/** A failure group as it crosses HTTP. `retention` in milliseconds by dead-letter topic. */
export const failureGroupRowOf = (
  record: FailureGroupRecord,
  retention: ReadonlyMap<string, number | null>,
  nowMs: number,
): FailureGroupRow => {
  const recent = record.trend.slice(-5)
  const expiries = record.deadLetterTopics.flatMap((topic) => {
    const keptMs = retention.get(topic)
    const expiresAt = keptMs === null || keptMs === undefined ? null : record.firstSeenAtMs + keptMs
    return expiresAt === null || expiresAt < nowMs ? [] : [expiresAt]
  })
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
    count: record.letters,
    trend: [...record.trend],
    perMinute: recent.reduce((sum, count) => sum + count, 0) / recent.length,
    firstSeenAt: record.firstSeenAtMs,
    lastSeenAt: record.lastSeenAtMs,
    firstExpiresAt: expiries.length === 0 ? null : Math.min(...expiries),
    state: record.state as FailureGroupRow['state'],
  }
}

/** Failure groups that fit the filter, the fastest growing first, then the last seen; with the index's freshness. */
export const listFailureGroups = async (
  deps: Deps,
  connection: Connection,
  query: z.output<typeof failureGroupListQuery>,
  call: Call,
): Promise<Result<FailureGroupList, Fault>> => {
  const [records, freshness] = await Promise.all([
    readFailureGroups(deps.db, connection.id),
    readFreshness(deps.db, connection.id),
  ])
  const topics = [...new Set(records.flatMap(({ deadLetterTopics }) => deadLetterTopics))] as TopicName[]
  // Expiry is an addition: a broker that does not answer must not keep the inbox from opening.
  const retention = await readRetention(connection, topics, {
    signal: AbortSignal.any([call.signal, AbortSignal.timeout(retentionPatienceMs)]),
  })
  const now = deps.clock.nowMs()
  const rows = records.map((record) => failureGroupRowOf(record, retention, now))
  const text = query.q.toLowerCase()
  const groups = rows
    .filter(
      ({ state }) =>
        query.state === 'all' || (query.state === 'open' ? open.has(state) : state === query.state),
    )
    .filter(
      ({ originTopic, group }) =>
        (query.topic ?? originTopic) === originTopic && (query.group ?? group) === group,
    )
    .filter((row) =>
      [
        row.rootCause,
        row.errorClass,
        row.message,
        row.frame,
        row.originTopic,
        row.group,
        ...row.deadLetterTopics,
      ].some((one) => one?.toLowerCase().includes(text) ?? false),
    )
    .sort((a, b) => b.perMinute - a.perMinute || b.lastSeenAt - a.lastSeenAt)
  const index = freshness.find(
    ({ source, connectionId }) => source === indexSource && connectionId === connection.id,
  )
  const behind = /^(\d+) records behind/.exec(index?.detail ?? '')?.[1]
  return succeed({
    data: {
      groups,
      unfilteredTotal: rows.length,
      counts: Object.fromEntries(
        states.map((state) => [state, rows.filter((row) => row.state === state).length]),
      ) as FailureGroupList['data']['counts'],
      index: {
        behindMessages: index?.lastGoodAtMs ? (behind ?? '0') : null,
        lastIndexedAt: index?.lastGoodAtMs ?? null,
        stale: index?.ageMs == null || index.ageMs > staleAfterMs,
      },
    },
    degraded: [],
    checkedAt: now,
  })
}
