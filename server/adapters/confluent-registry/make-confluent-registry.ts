import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { fail, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { RegisteredSchema, SchemaRegistry } from '#server/ports/schema-registry.ts'
import { makeCatalogue } from './make-catalogue.ts'
import { makeGuidReader } from './read-schema-by-guid.ts'
import { guidBody, names, places, type SchemaBody, schemaBody } from './registry-bodies.ts'
import { type Answer, makeRest, orGivenUp, registryError } from './registry-errors.ts'
import { makeRegistryHttp, type RegistryConfig } from './registry-http.ts'
import { typeOfSchema } from './schema-type.ts'

/** How much longer an answer waits for what only adds detail. */
const optionalMs = 300
const placeAgainMs = 60_000
const missingLifetimeMs = 10_000
const deepestReference = 8

type Reference = NonNullable<SchemaBody['references']>[number]
type Place = { readonly subject: string; readonly version: number }

/**
 * A schema registry with Confluent's HTTP API (Confluent, Apicurio's ccompat, Redpanda, Karapace). Schemas are kept by
 * id: they never change. Calls that only add detail (where a schema is registered) fail soft.
 */
export const makeConfluentRegistry = (config: RegistryConfig): SchemaRegistry => {
  const http = makeRegistryHttp(config)
  const kept = new Map<number, RegisteredSchema>()
  const missing = new Map<number, { readonly error: BrokerError; readonly until: number }>()
  const pending = new Map<number, Promise<Answer<RegisteredSchema>>>()
  const placeAskedAt = new Map<number, number>()
  const required = makeRest()
  const optional = makeRest()

  /** A rest of its own for calls that only add detail: when they hang, those that are needed go on. */
  const get = <T>(
    path: string,
    schema: z.ZodType<T>,
    signal: AbortSignal,
    rest = required,
  ): Promise<Answer<T>> => http({ path, schema, rest }, signal)

  const readReferences = async (
    references: readonly Reference[],
    signal: AbortSignal,
    found: Map<string, string>,
    depth: number,
  ): Promise<Answer<null>> => {
    for (const { name, subject, version } of references) {
      if (found.has(name)) continue
      if (depth > deepestReference)
        return fail(registryError('invalid', `references go deeper than ${deepestReference}`))
      const answer = await get(
        `/subjects/${encodeURIComponent(subject)}/versions/${version}`,
        schemaBody,
        signal,
      )
      if (!answer.ok)
        return fail({
          ...answer.error,
          detail: `reference ${name} (${subject} version ${version}): ${answer.error.detail}`,
        })
      const inner = await readReferences(answer.value.references ?? [], signal, found, depth + 1)
      if (!inner.ok) return inner
      found.set(name, answer.value.schema)
    }
    return succeed(null)
  }

  /** Where a schema is registered, which not every registry tells: null when it does not, or not soon. */
  const readPlace = async (id: number, signal: AbortSignal): Promise<Place | null> => {
    const versions = await get(`/schemas/ids/${id}/versions`, places, signal, optional)
    return versions.ok ? (versions.value[0] ?? null) : null
  }

  /** Of nobody's signal: several may wait for it, and one who gives up must not fail the others. */
  const read = async (id: number): Promise<Answer<RegisteredSchema>> => {
    const { signal } = new AbortController()
    placeAskedAt.set(id, performance.now())
    const placing = readPlace(id, signal)
    const body = await get(`/schemas/ids/${id}`, schemaBody, signal)
    if (!body.ok) {
      if (body.error.kind === 'not-found')
        missing.set(id, { error: body.error, until: performance.now() + missingLifetimeMs })
      return body
    }
    const references = new Map<string, string>()
    const resolved = await readReferences(body.value.references ?? [], signal, references, 1)
    if (!resolved.ok) return resolved
    const schemaAt = (place: Place | null): RegisteredSchema => ({
      id,
      type: typeOfSchema(body.value.schemaType),
      text: body.value.schema,
      references: [...references].map(([name, text]) => ({ name, text })),
      subject: place?.subject ?? null,
      version: place?.version ?? null,
    })
    kept.set(id, schemaAt(null))
    // Told too late for this answer, the place is there for the next.
    const placed = placing.then((place) => {
      const schema = schemaAt(place)
      kept.set(id, schema)
      return schema
    })
    return succeed(await Promise.race([placed, sleep(optionalMs, schemaAt(null), { ref: false })]))
  }

  /** In the background, now and then: a place that was not told once is not unknown for good. */
  const askPlaceAgain = (schema: RegisteredSchema): void => {
    if (performance.now() < (placeAskedAt.get(schema.id) ?? 0) + placeAgainMs) return
    placeAskedAt.set(schema.id, performance.now())
    void readPlace(schema.id, new AbortController().signal).then((place) => {
      if (place) kept.set(schema.id, { ...schema, ...place })
    })
  }

  const nobodys = new AbortController().signal
  const readByGuid = makeGuidReader({
    get: (path) => http({ path, schema: guidBody, rest: optional, optional: true }, nobodys),
    references: (references, found) => readReferences(references, nobodys, found, 1),
  })

  return {
    schemaByGuid: (guid: string, { signal }: Call) => orGivenUp(readByGuid(guid), signal),
    schemaById: async (id: number, { signal }: Call) => {
      const known = kept.get(id)
      if (known) {
        if (known.subject === null) askPlaceAgain(known)
        return succeed(known)
      }
      const absent = missing.get(id)
      if (absent && performance.now() < absent.until) return fail(absent.error)
      const running = pending.get(id) ?? read(id).finally(() => pending.delete(id))
      pending.set(id, running)
      return orGivenUp(running, signal)
    },
    subjects: ({ signal }: Call) => get('/subjects', names, signal),
    ping: async ({ signal }: Call) => {
      const answer = await get('/subjects', names, signal)
      return answer.ok ? succeed(null) : answer
    },
    catalogue: makeCatalogue(http),
  }
}
