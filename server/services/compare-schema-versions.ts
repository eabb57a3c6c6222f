import type { z } from 'zod'
import type { compareQuery, SchemaComparisonView } from '#server/contracts/schemas.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { compareSchemas } from '#server/domain/schemas/compare-schemas.ts'
import { compareTexts } from '#server/domain/schemas/compare-texts.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { Call } from '#server/ports/call.ts'
import type { SchemaCatalogue, SchemaVersion } from '#server/ports/schema-catalogue.ts'
import { readSightings } from '#server/repositories/schema-samples.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, notFound } from './fault.ts'
import { laidOut, levelOf, makeTelling, namingSchema, registryOf, withReferences } from './read-catalogue.ts'

type Found = { readonly schema: SchemaVersion; readonly deleted: boolean }

/**
 * What differs between two versions of a subject, as lines and as meaning. Without `to` the latest is meant, without
 * `from` the version before `to`; the first version is compared with nothing.
 */
export const compareSchemaVersions = async (
  deps: Deps,
  connection: Connection,
  { subject, from, to }: z.output<typeof compareQuery> & { readonly subject: string },
  call: Call,
): Promise<Result<SchemaComparisonView, Fault>> => {
  const registry = registryOf(connection)
  if (!registry.ok) return registry
  const { catalogue } = registry.value
  const [all, alive] = await Promise.all([
    catalogue.versions(subject, { deleted: true }, call),
    catalogue.versions(subject, { deleted: false }, call),
  ])
  if (!alive.ok && (!all.ok || alive.error.kind !== 'not-found'))
    return fail(namingSchema(alive.error, `subject ${subject}`, connection))
  const living = alive.ok ? alive.value : []
  const versions = all.ok ? all.value : living
  const last = to ?? living.at(-1) ?? versions.at(-1)
  if (last === undefined) return notFound(`The registry of ${connection.name} has no subject ${subject}.`)
  const first = from ?? versions.filter((version) => version < last).at(-1)
  const [after, before] = await Promise.all([
    find(catalogue, subject, last, living, call),
    first === undefined ? null : find(catalogue, subject, first, living, call),
  ])
  if (!after.ok) return fail(namingSchema(after.error, `version ${last} of ${subject}`, connection))
  if (before && !before.ok)
    return fail(namingSchema(before.error, `version ${first} of ${subject}`, connection))
  const telling = makeTelling()
  const [newer, older, level, sightings] = await Promise.all([
    withReferences(registry.value, after.value.schema, call),
    before ? withReferences(registry.value, before.value.schema, call) : null,
    levelOf(catalogue, subject, telling, call),
    readSightings(deps.db, connection.id, { schemaId: after.value.schema.id }),
  ])
  const view = ({ schema, deleted }: Found) => ({ version: schema.version, id: schema.id, deleted })
  const comparison = older ? compareSchemas(older, newer) : compareSchemas(newer, newer)
  return succeed({
    subject,
    type: newer.type,
    from: before ? view(before.value) : null,
    to: view(after.value),
    versions: [...versions],
    meaning: {
      ...comparison,
      changes: [...comparison.changes],
      ...(older ? {} : { verdict: 'This is the first version: there is nothing before it.' }),
    },
    lines: compareTexts(older && laidOut(older), laidOut(newer)),
    level,
    sightings,
    degraded: telling.degraded.slice(0, 1),
  })
}

const find = async (
  catalogue: SchemaCatalogue,
  subject: string,
  version: number,
  living: readonly number[],
  call: Call,
): Answer<Found> => {
  const deleted = !living.includes(version)
  const found = await catalogue.version(subject, version, { deleted }, call)
  return found.ok ? succeed({ schema: found.value, deleted }) : found
}
