import type { SchemaIdDetail } from '#server/contracts/schemas.ts'
import { fail, type Result, succeed } from '#server/domain/result.ts'
import { layOutSchema } from '#server/domain/schemas/compare-schemas.ts'
import type { Call } from '#server/ports/call.ts'
import { readSightings } from '#server/repositories/schema-samples.ts'
import type { Connection, Deps } from './deps.ts'
import { type Fault, faultOf } from './fault.ts'
import { makeTelling, registryOf } from './read-catalogue.ts'

/** A schema by the id that messages carry: its text, where it is registered, where it was seen. An unknown id is an answer. */
export const showSchemaId = async (
  deps: Deps,
  connection: Connection,
  id: number,
  call: Call,
): Promise<Result<SchemaIdDetail, Fault>> => {
  const registry = registryOf(connection)
  if (!registry.ok) return registry
  const telling = makeTelling()
  const [found, places, sightings] = await Promise.all([
    registry.value.schemaById(id, call),
    telling.told(registry.value.catalogue.placesOf(id, call)),
    readSightings(deps.db, connection.id, { schemaId: id }),
  ])
  if (!found.ok && found.error.kind !== 'not-found') return fail(faultOf(found.error))
  return succeed({
    id,
    schema: found.ok ? { type: found.value.type, text: layOutSchema(found.value) } : null,
    places: places.value === null ? places : { value: [...places.value], why: null },
    sightings,
    degraded: telling.degraded.slice(0, 1),
  })
}
