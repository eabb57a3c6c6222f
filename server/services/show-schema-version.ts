import type { VersionDetail } from '#server/contracts/schemas.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { layOutSchema } from '#server/domain/schemas/compare-schemas.ts'
import type { Call } from '#server/ports/call.ts'
import type { SchemaCatalogue } from '#server/ports/schema-catalogue.ts'
import { readSampleState, readSightings } from '#server/repositories/schema-samples.ts'
import type { Connection, Deps } from './deps.ts'
import type { Fault } from './fault.ts'
import { forEachOf, makeTelling, namingSchema, registryOf } from './read-catalogue.ts'

const placesAtOnce = 8
const mostReferrers = 50

/** One version of a subject, also a softly deleted one: text, references both ways, and where it was seen. */
export const showSchemaVersion = async (
  deps: Deps,
  connection: Connection,
  { subject, version }: { readonly subject: string; readonly version: string },
  call: Call,
): Promise<Result<VersionDetail, Fault>> => {
  const registry = registryOf(connection)
  if (!registry.ok) return registry
  const { catalogue } = registry.value
  const asked = version === 'latest' ? version : Number(version)
  const [alive, all] = await Promise.all([
    catalogue.version(subject, asked, { deleted: false }, call),
    catalogue.versions(subject, { deleted: true }, call),
  ])
  const found =
    alive.ok || alive.error.kind !== 'not-found' || asked === 'latest'
      ? alive
      : await catalogue.version(subject, asked, { deleted: true }, call)
  if (!found.ok) return fail(namingSchema(found.error, `version ${version} of ${subject}`, connection))
  const schema = found.value
  const telling = makeTelling()
  const [referencedBy, places, sightings, sample] = await Promise.all([
    readReferrers(catalogue, subject, schema.version, telling, call),
    telling.told(catalogue.placesOf(schema.id, call)),
    readSightings(deps.db, connection.id, { schemaId: schema.id }),
    readSampleState(deps.db, connection.id),
  ])
  const versions = all.ok ? all.value : []
  return succeed({
    subject,
    version: schema.version,
    id: schema.id,
    type: schema.type,
    deleted: !alive.ok,
    text: layOutSchema(schema),
    before: versions.filter((one) => one < schema.version).at(-1) ?? null,
    after: versions.find((one) => one > schema.version) ?? null,
    references: [...schema.references],
    referencedBy,
    alsoAt: (places.value ?? []).filter(
      (place) => place.subject !== subject || place.version !== schema.version,
    ),
    sightings,
    sample,
    degraded: telling.degraded.slice(0, 1),
  })
}

/** Who refers to a version, by id, each with where it is registered as far as the registry tells. */
export const readReferrers = async (
  catalogue: SchemaCatalogue,
  subject: string,
  version: number,
  telling: ReturnType<typeof makeTelling>,
  call: Call,
): Promise<VersionDetail['referencedBy']> => {
  const ids = await telling.told(catalogue.referencedBy(subject, version, call))
  if (ids.value === null) return ids
  const value = await forEachOf(ids.value.slice(0, mostReferrers), placesAtOnce, async (id) => {
    const places = await catalogue.placesOf(id, call)
    return { id, places: places.ok ? [...places.value] : [] }
  })
  return { value, why: null }
}
