import { fail, succeed } from '#server/domain/result.ts'
import type { Call } from '#server/ports/call.ts'
import type {
  SchemaCatalogue,
  SchemaDraft,
  SchemaPlace,
  SchemaReference,
  SchemaVersion,
} from '#server/ports/schema-catalogue.ts'
import { type Answer, makeRest, registryError } from './registry-errors.ts'
import type { RegistryHttp } from './registry-http.ts'
import { typeOfSchema } from './schema-type.ts'

type VersionBody = {
  readonly id: number
  readonly subject: string
  readonly version: number
  readonly schema: string
  readonly schemaType?: string
  readonly references?: readonly SchemaReference[]
}

const versionOf = (body: VersionBody): SchemaVersion => ({
  subject: body.subject,
  version: body.version,
  id: body.id,
  type: typeOfSchema(body.schemaType),
  text: body.schema,
  references: (body.references ?? []).map(({ name, subject, version }) => ({ name, subject, version })),
})

const bodyOf = ({ type, text, references }: SchemaDraft) => ({
  schema: text,
  schemaType: type,
  ...(references.length === 0 ? {} : { references }),
})

const rising = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b)

const isPlaces = (value: unknown): value is readonly SchemaPlace[] =>
  Array.isArray(value) && value.every((one) => typeof one?.subject === 'string')

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
  const get = <T>(path: string, { signal }: Call) => http<T>({ path, rest: required }, signal)
  const getOptional = <T>(what: string, path: string, { signal }: Call) =>
    http<T>({ path, rest: restOf(what), optional: true }, signal)
  const at = (subject: string) => `/subjects/${encodeURIComponent(subject)}`
  const withDeleted = (deleted: boolean) => (deleted ? '?deleted=true' : '')

  const placesByVersion = async (id: number, call: Call): Promise<Answer<readonly SchemaPlace[]>> => {
    const answer = await getOptional<unknown>('places', `/schemas/ids/${id}/versions?deleted=true`, call)
    if (!answer.ok) return answer
    return isPlaces(answer.value)
      ? succeed(answer.value.map(({ subject, version }) => ({ subject, version })))
      : fail(registryError('unsupported', 'the registry does not tell where a schema is registered'))
  }

  return {
    subjects: ({ deleted }, call) => get<readonly string[]>(`/subjects${withDeleted(deleted)}`, call),
    versions: async (subject, { deleted }, call) => {
      const answer = await get<readonly number[]>(`${at(subject)}/versions${withDeleted(deleted)}`, call)
      return answer.ok ? succeed(rising(answer.value)) : answer
    },
    version: async (subject, version, { deleted }, call) => {
      const answer = await get<VersionBody>(`${at(subject)}/versions/${version}${withDeleted(deleted)}`, call)
      return answer.ok ? succeed(versionOf({ ...answer.value, subject })) : answer
    },
    placesOf: placesByVersion,
    referencedBy: async (subject, version, call) => {
      const path = `${at(subject)}/versions/${version}/referencedby`
      const answer = await getOptional<readonly number[]>('referencedby', path, call)
      return answer.ok ? succeed(rising(answer.value)) : answer
    },
    compatibility: async (subject, call) => {
      type Level = { readonly compatibilityLevel?: string; readonly compatibility?: string }
      const levelOf = (body: Level) => body.compatibilityLevel ?? body.compatibility ?? 'unknown'
      if (subject === null) {
        const all = await getOptional<Level>('config', '/config', call)
        return all.ok ? succeed({ level: levelOf(all.value), own: null }) : all
      }
      // Without `defaultToGlobal` the answer is 40408 where the subject has no level of its own (some: the level of all).
      const own = await getOptional<Level>('config', `/config/${encodeURIComponent(subject)}`, call)
      if (own.ok) return succeed({ level: levelOf(own.value), own: true })
      if (own.error.kind !== 'not-found') return own
      const path = `/config/${encodeURIComponent(subject)}?defaultToGlobal=true`
      const inherited = await getOptional<Level>('config', path, call)
      return inherited.ok ? succeed({ level: levelOf(inherited.value), own: false }) : inherited
    },
    mode: async (subject, call) => {
      const path = subject === null ? '/mode' : `/mode/${encodeURIComponent(subject)}?defaultToGlobal=true`
      const answer = await getOptional<{ readonly mode?: string }>('mode', path, call)
      if (!answer.ok) return answer
      return typeof answer.value.mode === 'string'
        ? succeed(answer.value.mode)
        : fail(registryError('unsupported', 'the registry does not tell its mode'))
    },
    contexts: (call) => getOptional<readonly string[]>('contexts', '/contexts', call),
    types: (call) => getOptional<readonly string[]>('types', '/schemas/types', call),
    test: async (subject, draft, against, { signal }) => {
      const which = against === 'latest' ? '/latest' : ''
      type Body = { readonly is_compatible?: boolean; readonly messages?: unknown; readonly reason?: unknown }
      const answer = await http<Body>(
        {
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
      if (typeof compatible !== 'boolean')
        return fail(registryError('unsupported', 'the registry does not test compatibility'))
      const told = Array.isArray(messages) ? messages : [reason]
      return succeed({ compatible, reasons: told.filter((one): one is string => typeof one === 'string') })
    },
    lookUp: async (subject, draft, { signal }) => {
      const answer = await http<VersionBody>(
        { path: at(subject), method: 'POST', body: bodyOf(draft), rest: restOf('lookup'), optional: true },
        signal,
      )
      if (answer.ok) return succeed({ subject, version: answer.value.version })
      return answer.error.kind === 'not-found' ? succeed(null) : answer
    },
    register: async (subject, draft, { signal }) => {
      const path = `${at(subject)}/versions`
      const answer = await http<{ readonly id: number }>(
        { path, method: 'POST', body: bodyOf(draft), rest: required },
        signal,
      )
      return answer.ok ? succeed(answer.value.id) : answer
    },
    deleteVersion: async (subject, version, { permanent }, { signal }) => {
      const path = `${at(subject)}/versions/${version}${permanent ? '?permanent=true' : ''}`
      const answer = await http<unknown>({ path, method: 'DELETE', rest: required }, signal)
      return answer.ok ? succeed(null) : answer
    },
    deleteSubject: async (subject, { permanent }, { signal }) => {
      const path = `${at(subject)}${permanent ? '?permanent=true' : ''}`
      const answer = await http<readonly number[]>({ path, method: 'DELETE', rest: required }, signal)
      return answer.ok ? succeed(rising(answer.value)) : answer
    },
    setCompatibility: async (subject, level, { signal }) => {
      const path = subject === null ? '/config' : `/config/${encodeURIComponent(subject)}`
      const answer = await http<unknown>(
        level === null
          ? { path, method: 'DELETE', rest: required }
          : { path, method: 'PUT', body: { compatibility: level }, rest: required },
        signal,
      )
      return answer.ok ? succeed(null) : answer
    },
  }
}
