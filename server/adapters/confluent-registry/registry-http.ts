import type { z } from 'zod'
import { fail, succeed } from '#server/domain/result.ts'
import {
  type Answer,
  errorOfOptional,
  errorOfStatus,
  errorOfThrown,
  givenUp,
  type makeRest,
  readRefusal,
  registryError,
} from './registry-errors.ts'

export type RegistryConfig = {
  readonly url: string
  readonly username?: string | undefined
  readonly password?: string | undefined
}

export type RegistryRequest<T> = {
  readonly path: string
  /** What the answer must look like. */
  readonly schema: z.ZodType<T>
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body?: unknown
  /** What is left alone for a moment after it did not answer. */
  readonly rest: ReturnType<typeof makeRest>
  /** A call that not every registry has: shorter patience, and a 404 without a code is `unsupported`. */
  readonly optional?: boolean
}

/** One request to the registry: the body read by its schema, or what its refusal, silence or nonsense means. */
export type RegistryHttp = <T>(request: RegistryRequest<T>, signal: AbortSignal) => Promise<Answer<T>>

const requestTimeoutMs = 3_000
const optionalTimeoutMs = 1_200

const issueOf = ({ issues: [issue] }: z.ZodError): string =>
  issue === undefined ? 'unreadable' : [...issue.path.map(String), issue.message].join(': ')

/** Makes the one door to a registry: its address, login, patience and errors. */
export const makeRegistryHttp = (config: RegistryConfig): RegistryHttp => {
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
  return async <T>(
    { path, schema, method = 'GET', body, rest, optional = false }: RegistryRequest<T>,
    signal: AbortSignal,
  ) => {
    const resting = rest.error()
    if (resting) return fail(resting)
    const patience = AbortSignal.timeout(optional ? optionalTimeoutMs : requestTimeoutMs)
    try {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          accept: 'application/vnd.schemaregistry.v1+json, application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/vnd.schemaregistry.v1+json' }),
          ...authorization,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, patience]),
      })
      if (response.ok) {
        const read = schema.safeParse(await response.json())
        if (read.success) return succeed(read.data)
        const detail = `the registry answered ${path} with what is no answer of a registry: ${issueOf(read.error)}`
        // What was asked to be changed may have been changed all the same.
        return fail(
          registryError(optional ? 'unsupported' : method === 'GET' ? 'invalid' : 'unreachable', detail),
        )
      }
      const meaning = optional ? errorOfOptional : errorOfStatus
      return fail(meaning(response.status, path, await readRefusal(response)))
    } catch (error) {
      if (signal.aborted) return fail(givenUp)
      const known = errorOfThrown(error)
      rest.begin(known)
      return fail(known)
    }
  }
}
