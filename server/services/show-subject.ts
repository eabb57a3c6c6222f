import type { SubjectDetail } from '#server/contracts/schemas.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { layOutSchema } from '#server/domain/schemas/compare-schemas.ts'
import type { Call } from '#server/ports/call.ts'
import { readDrifts, readSampleState, readSightings } from '#server/repositories/schema-samples.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { forEachOf, levelOf, makeTelling, namingSchema, registryOf } from './read-catalogue.ts'

const versionsAtOnce = 8
/** Ids of older versions are not asked for one by one. */
const mostIds = 200
const mostDrifts = 50

/** One subject: its versions, newest first, softly deleted ones included, with where each was seen. */
export const showSubject = async (
  deps: Deps,
  connection: Connection,
  subject: string,
  call: Call,
): Promise<Result<SubjectDetail, Fault>> => {
  const registry = registryOf(connection)
  if (!registry.ok) return registry
  const { catalogue } = registry.value
  const telling = makeTelling()
  const [all, alive] = await Promise.all([
    catalogue.versions(subject, { deleted: true }, call),
    catalogue.versions(subject, { deleted: false }, call),
  ])
  if (!alive.ok && alive.error.kind !== 'not-found')
    return fail(namingSchema(alive.error, `subject ${subject}`, connection))
  const living = alive.ok ? alive.value : []
  // Where soft deletion is not known, what is there is all there is.
  const versions = all.ok ? all.value : living
  if (versions.length === 0)
    return fail({
      code: 'not-found',
      detail: `The registry of ${connection.name} has no subject ${subject}.`,
      source: 'registry',
    })
  const newestFirst = versions.toReversed()
  const [known, compatibility, mode, sightings, drifting, sample] = await Promise.all([
    forEachOf(newestFirst.slice(0, mostIds), versionsAtOnce, (version) =>
      telling.told(catalogue.version(subject, version, { deleted: !living.includes(version) }, call)),
    ),
    levelOf(catalogue, subject, telling, call),
    telling.told(catalogue.mode(subject, call)),
    readSightings(deps.db, connection.id, { subjects: [subject] }),
    readDrifts(deps.db, connection.id, { subject }, mostDrifts),
    readSampleState(deps.db, connection.id),
  ])
  const byVersion = new Map(
    known.flatMap(({ value }) => (value === null ? [] : [[value.version, value] as const])),
  )
  const latest = byVersion.get(living.at(-1) ?? newestFirst[0] ?? 0)
  return succeed({
    subject,
    type: latest?.type ?? null,
    deleted: living.length === 0,
    versions: newestFirst.map((version) => ({
      version,
      id: byVersion.get(version)?.id ?? null,
      deleted: !living.includes(version),
      sightings: sightings.filter((one) => one.version === version),
    })),
    latest: latest ? { version: latest.version, text: layOutSchema(latest) } : null,
    compatibility,
    mode,
    drifts: drifting.drifts,
    driftTotal: drifting.total,
    sample,
    degraded: telling.degraded.slice(0, 1),
    checkedAt: deps.clock.nowMs(),
  })
}
