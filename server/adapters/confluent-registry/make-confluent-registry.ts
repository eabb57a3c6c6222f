import { fail, type Result, succeed } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import type { RegisteredSchema, SchemaRegistry } from '#server/ports/schema-registry.ts'

export type RegistryConfig = {
  readonly url: string
  readonly username?: string | undefined
  readonly password?: string | undefined
}

const requestTimeoutMs = 3_000
/** A registry that did not answer is left alone this long, so that it does not slow every message down. */
const restMs = 2_000
const missingLifetimeMs = 10_000
const deepestReference = 8

type Reference = { readonly name: string; readonly subject: string; readonly version: number }
type SchemaBody = {
  readonly schema: string
  readonly schemaType?: string
  readonly references?: readonly Reference[]
}
type Answer<T> = Result<T, BrokerError>

const registryError = (kind: BrokerError['kind'], detail: string): BrokerError => ({
  kind,
  detail,
  source: 'registry',
})

const types = { AVRO: 'AVRO', PROTOBUF: 'PROTOBUF', JSON: 'JSON' } as const

/**
 * A schema registry with Confluent's HTTP API (Confluent, Apicurio's ccompat, Redpanda, Karapace). Schemas are kept by
 * id: they never change. Calls that only add detail (where a schema is registered) fail soft.
 */
export const makeConfluentRegistry = (config: RegistryConfig): SchemaRegistry => {
  // A login written into the address would be told in every error: it travels as a header.
  const address = new URL(config.url)
  const username = config.username ?? decodeURIComponent(address.username)
  const password = config.password ?? decodeURIComponent(address.password)
  address.username = ''
  address.password = ''
  const base = address.href.replace(/\/+$/, '')
  const authorization =
    username === ''
      ? {}
      : { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
  const kept = new Map<number, RegisteredSchema>()
  const missing = new Map<number, { readonly error: BrokerError; readonly until: number }>()
  const pending = new Map<number, Promise<Answer<RegisteredSchema>>>()
  let down: { readonly error: BrokerError; readonly until: number } | null = null

  const get = async <T>(path: string, signal: AbortSignal): Promise<Answer<T>> => {
    if (down && performance.now() < down.until) return fail(down.error)
    try {
      const response = await fetch(`${base}${path}`, {
        headers: { accept: 'application/vnd.schemaregistry.v1+json, application/json', ...authorization },
        signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
      })
      down = null
      if (response.ok) return succeed((await response.json()) as T)
      await response.body?.cancel()
      const { status } = response
      if (status === 404) return fail(registryError('not-found', 'not in the registry (404)'))
      if (status === 401 || status === 403)
        return fail(registryError('denied', `the registry refuses this user (${status})`))
      if (status === 405 || status === 501)
        return fail(registryError('unsupported', `the registry does not offer this (${status})`))
      if (status === 429) return fail(registryError('overloaded', 'the registry throttles this client (429)'))
      return fail(registryError('unreachable', `the registry failed (${status})`))
    } catch (error) {
      const timedOut =
        error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
      const cause =
        error instanceof Error
          ? ((error.cause as Error | undefined)?.message ?? error.message)
          : String(error)
      const known = timedOut
        ? registryError('timeout', 'the registry did not answer in time')
        : registryError('unreachable', `the registry does not answer: ${cause}`)
      if (!signal.aborted) down = { error: known, until: performance.now() + restMs }
      return fail(known)
    }
  }

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
      const answer = await get<SchemaBody>(
        `/subjects/${encodeURIComponent(subject)}/versions/${version}`,
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

  const read = async (id: number, signal: AbortSignal): Promise<Answer<RegisteredSchema>> => {
    const [body, versions] = await Promise.all([
      get<SchemaBody>(`/schemas/ids/${id}`, signal),
      get<readonly { subject: string; version: number }[]>(`/schemas/ids/${id}/versions`, signal),
    ])
    if (!body.ok) {
      if (body.error.kind === 'not-found')
        missing.set(id, { error: body.error, until: performance.now() + missingLifetimeMs })
      return body
    }
    const references = new Map<string, string>()
    const resolved = await readReferences(body.value.references ?? [], signal, references, 1)
    if (!resolved.ok) return resolved
    const place = versions.ok && Array.isArray(versions.value) ? versions.value[0] : undefined
    const schema: RegisteredSchema = {
      id,
      type: types[(body.value.schemaType ?? 'AVRO').toUpperCase() as keyof typeof types] ?? 'AVRO',
      text: body.value.schema,
      references: [...references].map(([name, text]) => ({ name, text })),
      subject: place?.subject ?? null,
      version: place?.version ?? null,
    }
    kept.set(id, schema)
    return succeed(schema)
  }

  return {
    schemaById: async (id: number, { signal }: Call) => {
      const known = kept.get(id)
      if (known) return succeed(known)
      const absent = missing.get(id)
      if (absent && performance.now() < absent.until) return fail(absent.error)
      const running = pending.get(id) ?? read(id, signal).finally(() => pending.delete(id))
      pending.set(id, running)
      return running
    },
    subjects: ({ signal }: Call) => get<readonly string[]>('/subjects', signal),
    ping: async ({ signal }: Call) => {
      const answer = await get<unknown>('/subjects', signal)
      return answer.ok ? succeed(null) : answer
    },
  }
}
