import type { FailureGroupEvidence } from '#server/contracts/failure-group-evidence.ts'
import type { Mark } from '#server/contracts/marks.ts'
import type { GroupId } from '#server/contracts/scalars.ts'
import { judgeFix } from '#server/domain/judge-fix.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import {
  countCopiesSince,
  countDeathsBetween,
  readLetterSpread,
  readServicesOfTraces,
} from '#server/repositories/failure-group-evidence.ts'
import { findStandingGroup } from '#server/repositories/failure-grouping.ts'
import { type FailureGroupRecord, readFailureGroups } from '#server/repositories/failure-groups.ts'
import { readFreshness } from '#server/repositories/freshness.ts'
import { listMarksSince } from '#server/repositories/marks.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { indexSource } from './index-dead-letters.ts'
import { readGroupVerdicts } from './read-group-verdicts.ts'

/** What is told of keys, partitions, times and messages is told of so many letters. */
const lookedAtMost = 3_000
const shownDeploys = 8
const dayMs = 86_400_000
/** After all that a letter can tell. */
const lastTimeMs = Date.UTC(9999, 11, 31)
const staleAfterMs = 30_000

/**
 * What tells whether a failure is fixed, its deaths by deploy, and how its letters differ. Asks no broker.
 */
export const showFailureGroupEvidence = async (
  deps: Deps,
  connection: Connection,
  asked: string,
): Promise<Result<FailureGroupEvidence, Fault>> => {
  const id = await findStandingGroup(deps.db, connection.id, asked)
  const [group] = await readFailureGroups(deps.db, connection.id, [id])
  if (!group) return notFound(`There is no failure group ${asked} on ${connection.name}.`)
  const nowMs = deps.clock.nowMs()
  const [spread, freshness, sampled, marks] = await Promise.all([
    readLetterSpread(deps.db, id, lookedAtMost),
    readFreshness(deps.db, connection.id),
    group.group === null ? null : readGroupVerdicts(deps, connection, { group: group.group as GroupId }),
    listMarksSince(deps.db, group.firstSeenAtMs - dayMs),
  ])
  const services = await readServicesOfTraces(deps.db, spread.traces, group)
  const concerned = new Set([...services.readers, group.group])
  const deploys = marks
    .filter(
      ({ kind, atMs, service }) =>
        kind === 'deploy' && atMs <= nowMs && (service === null || concerned.has(service)),
    )
    .slice(-shownDeploys)
  const mark = deploys.at(-1) ?? null
  const index = freshness.find(
    ({ source, connectionId }) => source === indexSource && connectionId === connection.id,
  )
  const beforeFromMs =
    mark === null ? 0 : Math.max(mark.atMs - dayMs, Math.min(group.firstSeenAtMs, mark.atMs))
  const starts = [null, ...deploys]
  const [counts, before, copies] = await Promise.all([
    countByDeploy(deps, group, deploys),
    mark === null
      ? 0
      : countDeathsBetween(deps.db, id, [{ fromMs: beforeFromMs, untilMs: mark.atMs }]).then(
          ([count = 0]) => count,
        ),
    mark === null
      ? { settled: 0, returned: 0, returnedOtherwise: 0 }
      : countCopiesSince(deps.db, id, mark.atMs),
  ])
  const verdict =
    group.group === null ? null : (sampled?.groups.get(group.group as GroupId)?.row.verdict ?? null)
  const fix = judgeFix({
    nowMs,
    mark,
    deathsSince: counts.at(-1) ?? 0,
    lastDeathMs: group.lastSeenAtMs,
    before: { deaths: before, ms: mark === null ? 0 : mark.atMs - beforeFromMs },
    isIndexed: index?.ageMs != null && index.ageMs <= staleAfterMs && (index.behind ?? 0n) === 0n,
    consumer: verdict,
    copies,
  })
  const { lookedAt, keys, top, partitions, times, samples, versions } = spread
  return succeed({
    fix: { ...fix, mark: mark && deployOf(mark) },
    deploys: starts.map((one, at) => {
      const fromMs = one?.atMs ?? group.firstSeenAtMs
      const ms = Math.min(starts[at + 1]?.atMs ?? nowMs, nowMs) - fromMs
      const deaths = counts[at] ?? 0
      return { mark: one && deployOf(one), deaths, perHour: ms > 0 ? (deaths / ms) * 3_600_000 : null }
    }),
    lookedAt,
    keys: { ...keys, top: [...top] },
    partitions: [...partitions],
    times: [...times],
    samples: [...samples],
    versions: [...versions],
    services: [...services.all],
  })
}

/**
 * Deaths before the first of some deploys and since each of them until the next. The longest of these times has what the
 * others leave of all letters of the group, which are counted already.
 */
const countByDeploy = async (
  deps: Deps,
  { id, letters, firstSeenAtMs, lastSeenAtMs }: FailureGroupRecord,
  deploys: readonly Mark[],
): Promise<readonly number[]> => {
  const times = [0, ...deploys.map(({ atMs }) => atMs), lastTimeMs]
  const spans = times.slice(1).map((untilMs, at) => ({ fromMs: times[at] ?? 0, untilMs }))
  const within = (ms: number) => Math.min(Math.max(ms, firstSeenAtMs), lastSeenAtMs)
  const lengths = spans.map(({ fromMs, untilMs }) => within(untilMs) - within(fromMs))
  const longest = lengths.indexOf(Math.max(...lengths))
  const asked = spans.filter((_, at) => at !== longest)
  const counted = asked.length === 0 ? [] : await countDeathsBetween(deps.db, id, asked)
  const rest = Math.max(0, letters - counted.reduce((sum, count) => sum + count, 0))
  return counted.toSpliced(longest, 0, rest)
}

const deployOf = ({ id, atMs, text, service, by }: Mark) => ({ id, atMs, text, service, by })
