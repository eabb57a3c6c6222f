import type { z } from 'zod'
import { succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type { SchemaCatalogue, SchemaDraft, SchemaVersion } from '#server/ports/schema-catalogue.ts'
import {
  anything,
  levelBody,
  modeBody,
  names,
  numbers,
  placeBody,
  places,
  registeredBody,
  testBody,
  type VersionBody,
  versionBody,
} from './registry-bodies.ts'
import { makeRest } from './registry-errors.ts'
import type { RegistryHttp } from './registry-http.ts'
import { typeOfSchema } from './schema-type.ts'

const versionOf = (subject: string, body: VersionBody): SchemaVersion => ({
  subject,
  version: body.version,
  id: body.id,
  type: typeOfSchema(body.schemaType),
  text: body.schema,
  references: body.references ?? [],
})

const bodyOf = ({ type, text, references }: SchemaDraft) => ({
  schema: text,
  schemaType: type,
  ...(references.length === 0 ? {} : { references }),
})

const rising = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b)

/**
 * The rest of Confluent's registry API over one connection (`schema-registry` OpenAPI, "Subjects", "Compatibility",
 * "Config", "Mode", "Contexts"). Each optional call rests by itself after it hung, so that one that hangs takes no other
 * along.
 */
export const makeCatalogue = (http: RegistryHttp): SchemaCatalogue => {
  const required = makeRest()
  const rests = new Map<string, ReturnType<typeof makeRest>>()
  const restOf = (what: string) => {
    const rest = rests.get(what) ?? makeRest()
    rests.set(what, rest)
    return rest
  }
  const get = <T>(path: string, schema: z.ZodType<T>, { signal }: Call) =>
    http({ path, schema, rest: required }, signal)
  const getOptional = <T>(what: string, path: string, schema: z.ZodType<T>, { signal }: Call) =>
    http({ path, schema, rest: restOf(what), optional: true }, signal)
  const at = (subject: string) => `/subjects/${encodeURIComponent(subject)}`
  const withDeleted = (deleted: boolean) => (deleted ? '?deleted=true' : '')

  return {
    subjects: ({ deleted }, call) => get(`/subjects${withDeleted(deleted)}`, names, call),
    versions: async (subject, { deleted }, call) => {
      const answer = await get(`${at(subject)}/versions${withDeleted(deleted)}`, numbers, call)
      return answer.ok ? succeed(rising(answer.value)) : answer
    },
    version: async (subject, version, { deleted }, call) => {
      const answer = await get(`${at(subject)}/versions/${version}${withDeleted(deleted)}`, versionBody, call)
      return answer.ok ? succeed(versionOf(subject, answer.value)) : answer
    },
    placesOf: (id, call) => getOptional('places', `/schemas/ids/${id}/versions?deleted=true`, places, call),
    referencedBy: async (subject, version, call) => {
      const path = `${at(subject)}/versions/${version}/referencedby`
      const answer = await getOptional('referencedby', path, numbers, call)
      return answer.ok ? succeed(rising(answer.value)) : answer
    },
    compatibility: async (subject, call) => {
      const levelOf = (body: z.infer<typeof levelBody>) =>
        body.compatibilityLevel ?? body.compatibility ?? 'unknown'
      if (subject === null) {
        const all = await getOptional('config', '/config', levelBody, call)
        return all.ok ? succeed({ level: levelOf(all.value), own: null }) : all
      }
      // Without `defaultToGlobal` the answer is 40408 where the subject has no level of its own (some: the level of all).
      const own = await getOptional('config', `/config/${encodeURIComponent(subject)}`, levelBody, call)
      if (own.ok) return succeed({ level: levelOf(own.value), own: true })
      if (own.error.kind !== 'not-found') return own
      const path = `/config/${encodeURIComponent(subject)}?defaultToGlobal=true`
      const inherited = await getOptional('config', path, levelBody, call)
      return inherited.ok ? succeed({ level: levelOf(inherited.value), own: false }) : inherited
    },
    mode: async (subject, call) => {
      const path = subject === null ? '/mode' : `/mode/${encodeURIComponent(subject)}?defaultToGlobal=true`
      const answer = await getOptional('mode', path, modeBody, call)
      return answer.ok ? succeed(answer.value.mode) : answer
    },
    contexts: (call) => getOptional('contexts', '/contexts', names, call),
    types: (call) => getOptional('types', '/schemas/types', names, call),
    test: async (subject, draft, against, { signal }) => {
      const which = against === 'latest' ? '/latest' : ''
      const answer = await http(
        {
          schema: testBody,
          path: `/compatibility${at(subject)}/versions${which}?verbose=true`,
          method: 'POST',
          body: bodyOf(draft),
          rest: restOf('test'),
          optional: true,
        },
        signal,
      )
      if (!answer.ok) return answer
      const { is_compatible: compatible, messages, reason } = answer.value
      const told = Array.isArray(messages) ? messages : [reason]
      return succeed({ compatible, reasons: told.filter((one): one is string => typeof one === 'string') })
    },
    lookUp: async (subject, draft, { signal }) => {
      const answer = await http(
        {
          path: at(subject),
          schema: placeBody,
          method: 'POST',
          body: bodyOf(draft),
          rest: restOf('lookup'),
          optional: true,
        },
        signal,
      )
      if (answer.ok) return succeed({ subject, version: answer.value.version })
      return answer.error.kind === 'not-found' ? succeed(null) : answer
    },
    register: async (subject, draft, { signal }) => {
      const path = `${at(subject)}/versions`
      const answer = await http(
        { path, schema: registeredBody, method: 'POST', body: bodyOf(draft), rest: required },
        signal,
      )
      return answer.ok ? succeed(answer.value.id) : answer
    },
    deleteVersion: async (subject, version, { permanent }, { signal }) => {
      const path = `${at(subject)}/versions/${version}${permanent ? '?permanent=true' : ''}`
      const answer = await http({ path, schema: anything, method: 'DELETE', rest: required }, signal)
      return answer.ok ? succeed(null) : answer
    },
    deleteSubject: async (subject, { permanent }, { signal }) => {
      const path = `${at(subject)}${permanent ? '?permanent=true' : ''}`
      const answer = await http({ path, schema: numbers, method: 'DELETE', rest: required }, signal)
      return answer.ok ? succeed(rising(answer.value)) : answer
    },
    setCompatibility: async (subject, level, { signal }) => {
      const path = subject === null ? '/config' : `/config/${encodeURIComponent(subject)}`
      const answer = await http(
        level === null
          ? { path, schema: anything, method: 'DELETE', rest: required }
          : { path, schema: anything, method: 'PUT', body: { compatibility: level }, rest: required },
        signal,
      )
      return answer.ok ? succeed(null) : answer
    },
  }
}
