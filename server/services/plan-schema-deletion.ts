import type { z } from 'zod'
import type { DeletionPlan, deletionQuery } from '#server/contracts/schemas.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { findDeletionFindings, sayUntold } from '#server/domain/schemas/deletion-findings.ts'
import type { Call } from '#server/ports/call.ts'
import type { SchemaCatalogue, SchemaPlace } from '#server/ports/schema-catalogue.ts'
import { readSampleState, readSightings } from '#server/repositories/schema-samples.ts'
import { writeRefusal } from './change-registry.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { forEachOf, makeTelling, namingSchema, registryOf } from './read-catalogue.ts'
import { readReferrers } from './show-schema-version.ts'

const versionsAtOnce = 8
const mostLookedAt = 100

const undoWords = (permanent: boolean, version: number | null): string =>
  permanent
    ? 'This can not be undone. Messages that carry its id can not be decoded any more, here or by any reader.'
    : version === null
      ? 'It can be undone: registering a text again brings the subject back under the same ids. Until it is deleted for good, readers still decode by these ids.'
      : 'It can be undone: registering the same text again brings it back under the same id, as a new version. Until it is deleted for good, readers still decode by its id.'

/** What deleting a version, or a subject with all its versions, would do: what is gone, who uses it, what refers to it. */
export const planSchemaDeletion = async (
  deps: Deps,
  connection: Connection,
  ask: z.output<typeof deletionQuery> & { readonly subject: string },
  call: Call,
): Promise<Result<DeletionPlan, Fault>> => {
  const { subject, permanent } = ask
  const version = ask.version ?? null
  const registry = registryOf(connection)
  if (!registry.ok) return registry
  const { catalogue } = registry.value
  const [all, alive] = await Promise.all([
    catalogue.versions(subject, { deleted: true }, call),
    catalogue.versions(subject, { deleted: false }, call),
  ])
  if (!all.ok && !alive.ok) return fail(namingSchema(alive.error, `subject ${subject}`, connection))
  const living = alive.ok ? alive.value : []
  const versions = all.ok ? all.value : living
  if (version !== null && !versions.includes(version))
    return notFound(`The registry of ${connection.name} has no version ${version} of ${subject}.`)
  // Softly, only what lives is deleted; for good, only what was deleted softly before.
  const meant = version === null ? (permanent ? versions : living) : [version]
  const telling = makeTelling()
  const [known, { places, untold }, sightings, sample] = await Promise.all([
    forEachOf(meant.slice(-mostLookedAt), versionsAtOnce, (one) =>
      catalogue.version(subject, one, { deleted: !living.includes(one) }, call),
    ),
    referrersOf(catalogue, subject, meant, telling, call),
    readSightings(deps.db, connection.id, { subjects: [subject] }),
    readSampleState(deps.db, connection.id),
  ])
  const ids = new Map(known.flatMap((one) => (one.ok ? [[one.value.version, one.value.id] as const] : [])))
  const seen = sightings.filter((one) => one.version !== null && meant.includes(one.version))
  return succeed({
    subject,
    version,
    permanent,
    versions: meant.map((one) => ({ version: one, id: ids.get(one) ?? null })),
    findings: findDeletionFindings({
      permanent,
      versions: meant,
      living,
      isLatest: version !== null && version === living.at(-1),
      sightings: seen,
      referrers: places.length,
      untold,
      isSampled: sample.topics > 0,
    }),
    sightings: seen,
    referencedBy:
      places.length === 0 && untold !== null ? { value: null, why: untold } : { value: places, why: null },
    undo: undoWords(permanent, version),
    writeRefusedBecause: writeRefusal(connection),
    environment: { name: connection.environment.name, production: connection.environment.production },
    sample,
    degraded: telling.degraded.slice(0, 1),
  })
}

const referrersOf = async (
  catalogue: SchemaCatalogue,
  subject: string,
  versions: readonly number[],
  telling: ReturnType<typeof makeTelling>,
  call: Call,
): Promise<{ places: SchemaPlace[]; untold: string | null }> => {
  const answers = await forEachOf(versions.slice(-mostLookedAt), versionsAtOnce, (version) =>
    readReferrers(catalogue, subject, version, telling, call),
  )
  const places = answers
    .flatMap((one) => one.value ?? [])
    .flatMap(({ id, places }) => (places.length === 0 ? [{ subject: `schema ${id}`, version: 0 }] : places))
    .filter((place) => place.subject !== subject || !versions.includes(place.version))
  return {
    places,
    untold: sayUntold(
      versions.length,
      answers.map(({ why }) => why),
    ),
  }
}
