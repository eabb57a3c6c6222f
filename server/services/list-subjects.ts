import type { z } from 'zod'
import type { SchemaSighting, SubjectList, SubjectRow, subjectListQuery } from '#server/contracts/schemas.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { matchesName } from '#server/domain/topic-rows.ts'
import type { Call } from '#server/ports/call.ts'
import type { SchemaCatalogue } from '#server/ports/schema-catalogue.ts'
import {
  countDrifts,
  readDrifts,
  readSampleState,
  readSightings,
} from '#server/repositories/schema-samples.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { forEachOf, levelOf, makeTelling, registryOf } from './read-catalogue.ts'

const subjectsAtOnce = 8
/** Of each sort of drift: what is wrong with more topics than these is not read one by one. */
const mostDrifts = 500

/**
 * One page of the subjects of a registry, filtered and sorted by name; only the page itself is looked at closely. Beside
 * it how messages depart from their contracts, by the latest samples. What the registry does not tell of a subject is
 * null with the reason.
 */
export const listSubjects = async (
  deps: Deps,
  connection: Connection,
  query: z.output<typeof subjectListQuery>,
  call: Call,
): Promise<Result<SubjectList, Fault>> => {
  const registry = registryOf(connection)
  if (!registry.ok) return registry
  const { catalogue } = registry.value
  const telling = makeTelling()
  const [listed, alive] = await Promise.all([
    catalogue.subjects({ deleted: query.deleted }, call),
    query.deleted ? catalogue.subjects({ deleted: false }, call) : null,
  ])
  if (!listed.ok) return fail(faultOf(listed.error))
  const living = new Set(alive?.ok ? alive.value : listed.value)
  const matching = listed.value
    .filter((name) => matchesName(name, query.q))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const page = matching.slice(query.offset, query.offset + query.limit)
  const [sightings, counts, departing, without, sample, compatibility] = await Promise.all([
    readSightings(deps.db, connection.id, { subjects: page }),
    countDrifts(deps.db, connection.id, page),
    readDrifts(deps.db, connection.id, { withoutSchema: false }, mostDrifts),
    readDrifts(deps.db, connection.id, { withoutSchema: true }, mostDrifts),
    readSampleState(deps.db, connection.id),
    levelOf(catalogue, null, telling, call),
  ])
  const subjects = await forEachOf(page, subjectsAtOnce, (subject) =>
    readRow(catalogue, subject, !living.has(subject), telling, call),
  )
  return succeed({
    data: {
      subjects: subjects.map((row) => ({
        ...row,
        ...seenIn(sightings.filter(({ subject }) => subject === row.subject)),
        drifts: counts.get(row.subject) ?? 0,
      })),
      total: matching.length,
      unfilteredTotal: listed.value.length,
      compatibility,
      drifts: [...departing.drifts, ...without.drifts],
      driftTotals: { departing: departing.total, withoutSchema: without.total },
      sample,
    },
    degraded: telling.degraded.slice(0, 1),
    checkedAt: deps.clock.nowMs(),
  })
}

const seenIn = (sightings: readonly SchemaSighting[]) => ({
  topics: [...new Set(sightings.map(({ topic }) => topic))],
  lastSeenAt: sightings[0]?.lastSeenAt ?? null,
})

const readRow = async (
  catalogue: SchemaCatalogue,
  subject: string,
  deleted: boolean,
  telling: ReturnType<typeof makeTelling>,
  call: Call,
): Promise<Omit<SubjectRow, 'topics' | 'lastSeenAt' | 'drifts'>> => {
  const versions = await telling.told(catalogue.versions(subject, { deleted }, call))
  const last = versions.value?.at(-1)
  const [latest, compatibility] = await Promise.all([
    last === undefined ? null : telling.told(catalogue.version(subject, last, { deleted }, call)),
    levelOf(catalogue, subject, telling, call),
  ])
  return {
    subject,
    deleted,
    latest: latest?.value
      ? { version: latest.value.version, id: latest.value.id, type: latest.value.type }
      : null,
    versions: versions.value?.length ?? null,
    compatibility,
  }
}
