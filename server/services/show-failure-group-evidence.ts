import type { FailureGroupEvidence } from '#server/contracts/failure-group-evidence.ts'
import type { Mark } from '#server/contracts/marks.ts'
import type { DegradedSource } from '#server/contracts/problem.ts'
import type { GroupId } from '#server/contracts/scalars.ts'
import { judgeFix } from '#server/domain/judge-fix.ts'
import { type Result, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import {
  countCopiesSince,
  countDeathsBetween,
  type LetterSpread,
  readLetterSpread,
  readServicesOfTraces,
} from '#server/repositories/failure-group-evidence.ts'
import { findStandingGroup } from '#server/repositories/failure-grouping.ts'
import { readFailureGroups } from '#server/repositories/failure-groups.ts'
import { readFreshness } from '#server/repositories/freshness.ts'
import { listMarksSince } from '#server/repositories/marks.ts'
import type { Connection, Deps } from './deps.ts'
import { degradedBy, type Fault, notFound } from './fault.ts'
import { indexSource } from './index-dead-letters.ts'
import { readGroupVerdicts } from './read-group-verdicts.ts'
import { visitLetters } from './read-letters.ts'

/** What is told of keys, partitions, times and messages is told of so many letters. */
const lookedAtMost = 5_000
const shownDeploys = 8
const dayMs = 86_400_000
const staleAfterMs = 30_000
const recordPatienceMs = 2_500
const versionHeader = /(^|[-_.])(version|build|release|commit|sha|revision|image[-_.]?tag)$/i

/**
 * What tells whether a failure is fixed, its deaths by deploy, and how its letters differ. Headers are read from the
 * broker; without it the rest stands.
 */
export const showFailureGroupEvidence = async (
  deps: Deps,
  connection: Connection,
  asked: string,
  call: Call,
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
  const [services, versions] = await Promise.all([
    readServicesOfTraces(deps.db, spread.traces, group),
    readVersions(connection, spread, call),
  ])
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
  const spans = starts.map((one, at) => ({
    fromMs: one?.atMs ?? 0,
    untilMs: starts[at + 1]?.atMs ?? nowMs + dayMs,
  }))
  const [counts, copies] = await Promise.all([
    countDeathsBetween(deps.db, id, [...spans, { fromMs: beforeFromMs, untilMs: mark?.atMs ?? 0 }]),
    mark === null
      ? { settled: 0, returned: 0, returnedOtherwise: 0 }
      : countCopiesSince(deps.db, id, mark.atMs),
  ])
  const verdict =
    group.group === null ? null : (sampled?.groups.get(group.group as GroupId)?.row.verdict ?? null)
  const fix = judgeFix({
    nowMs,
    mark,
    deathsSince: counts[starts.length - 1] ?? 0,
    lastDeathMs: group.lastSeenAtMs,
    before: { deaths: counts[starts.length] ?? 0, ms: mark === null ? 0 : mark.atMs - beforeFromMs },
    isIndexed: index?.ageMs != null && index.ageMs <= staleAfterMs && (index.behind ?? 0n) === 0n,
    consumer: verdict,
    copies,
  })
  const { lookedAt, keys, top, partitions, times, samples } = spread
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
    versions: { lookedAt: versions.lookedAt, values: versions.values },
    services: [...services.all],
    degraded: versions.degraded,
  })
}

const deployOf = ({ id, atMs, text, service, by }: Mark) => ({ id, atMs, text, service, by })

type Versions = FailureGroupEvidence['versions'] & { readonly degraded: DegradedSource[] }

/** Values of headers that name a version, in the newest letters. */
const readVersions = async (
  connection: Connection,
  { newest }: LetterSpread,
  call: Call,
): Promise<Versions> => {
  const counts = new Map<string, { readonly header: string; readonly value: string; count: number }>()
  let lookedAt = 0
  const read = await visitLetters(
    connection,
    newest.map(({ topic, partition, offset }) => ({ topic, partition, offset: BigInt(offset) })),
    ({ headers }) => {
      lookedAt += 1
      for (const { name, value } of headers) {
        if (value === null || value.length > 100 || !versionHeader.test(name)) continue
        const text = Buffer.from(value).toString('utf8')
        const key = `${name} ${text}`
        const known = counts.get(key) ?? { header: name, value: text, count: 0 }
        known.count += 1
        counts.set(key, known)
      }
    },
    { signal: AbortSignal.any([call.signal, AbortSignal.timeout(recordPatienceMs)]) },
  )
  const values = [...counts.values()].sort((a, b) => b.count - a.count).slice(0, 12)
  return { lookedAt, values, degraded: read.ok ? [] : [degradedBy(read.error)] }
}
