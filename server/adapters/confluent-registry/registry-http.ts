import { fail, succeed } from '#server/domain/result.ts'
import {
  type Answer,
  errorOfOptional,
  errorOfStatus,
  errorOfThrown,
  givenUp,
  type makeRest,
  readRefusal,
} from './registry-errors.ts'

export type RegistryConfig = {
  readonly url: string
  readonly username?: string | undefined
  readonly password?: string | undefined
}

export type RegistryRequest = {
  readonly path: string
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body?: unknown
  /** What is left alone for a moment after it did not answer. */
  readonly rest: ReturnType<typeof makeRest>
  /** A call that not every registry has: shorter patience, and a 404 without a code is `unsupported`. */
  readonly optional?: boolean
}

/** One request to the registry: the parsed JSON body, or what its refusal or silence means. */
export type RegistryHttp = <T>(request: RegistryRequest, signal: AbortSignal) => Promise<Answer<T>>

const requestTimeoutMs = 3_000
const optionalTimeoutMs = 1_200

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
    { path, method = 'GET', body, rest, optional = false }: RegistryRequest,
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
      if (response.ok) return succeed((await response.json()) as T)
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
