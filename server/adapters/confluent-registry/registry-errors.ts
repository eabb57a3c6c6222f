import { fail, type Result } from '#server/domain/result.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'

export type Answer<T> = Result<T, BrokerError>

/** A registry that did not answer is left alone this long, so that it does not slow every message down. */
const restMs = 2_000
/** Codes in the body of a 404 by which the registry itself speaks: no such subject, version or schema. */
const unknownThing = /^404\d\d$/

export const registryError = (kind: BrokerError['kind'], detail: string): BrokerError => ({
  kind,
  detail,
  source: 'registry',
})

export const givenUp = registryError('timeout', 'given up before the registry answered')

/** What a refusal says of itself (Confluent's API: `error_code` and `message`); nulls where the body is not a registry's. */
export type Refusal = { readonly code: number | null; readonly message: string | null }

export const readRefusal = async (response: Response): Promise<Refusal> => {
  try {
    const { error_code: code, message } = (await response.json()) as {
      error_code?: unknown
      message?: unknown
    }
    return {
      code: typeof code === 'number' ? code : null,
      message: typeof message === 'string' && message !== '' ? message.slice(0, 2_000) : null,
    }
  } catch {
    return { code: null, message: null }
  }
}

/** What a refusal means. A 404 without a registry's own code comes from an address at which there is no registry. */
export const errorOfStatus = (status: number, path: string, { code, message }: Refusal): BrokerError => {
  if (status === 404)
    return unknownThing.test(String(code))
      ? registryError('not-found', 'not in the registry (404)')
      : registryError(
          'unreachable',
          `there is no registry at this address: ${path} is answered with 404 and no code of a registry. Check the path of its URL (Apicurio needs /apis/ccompat/v7)`,
        )
  if (status === 401 || status === 403)
    return registryError('denied', `the registry refuses this user (${status})`)
  if (status === 405 || status === 501)
    return registryError('unsupported', `the registry does not offer this (${status})`)
  if (status === 409 || status === 422)
    return registryError('invalid', message ?? `the registry refuses it (${status})`)
  if (status === 429) return registryError('overloaded', 'the registry throttles this client (429)')
  return registryError('unreachable', `the registry failed (${status})`)
}

/** What a refusal of a call means that not every registry has: a 404 without a code is a call that it does not know. */
export const errorOfOptional = (status: number, path: string, refusal: Refusal): BrokerError =>
  status === 404 && !unknownThing.test(String(refusal.code))
    ? registryError('unsupported', 'the registry does not offer this (404)')
    : errorOfStatus(status, path, refusal)

/** What an exception of a request means. */
export const errorOfThrown = (error: unknown): BrokerError => {
  const isLate = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
  if (isLate) return registryError('timeout', 'the registry did not answer in time')
  const cause =
    error instanceof Error ? ((error.cause as Error | undefined)?.message ?? error.message) : String(error)
  return registryError('unreachable', `the registry does not answer: ${cause}`)
}

/** Remembers for a moment that a registry did not answer. */
export const makeRest = () => {
  let resting: { readonly error: BrokerError; readonly until: number } | null = null
  return {
    error: (): BrokerError | null => (resting && performance.now() < resting.until ? resting.error : null),
    begin: (error: BrokerError): void => {
      resting = { error, until: performance.now() + restMs }
    },
  }
}

/** The answer, or that its caller gave up, whichever comes first. The work goes on for others. */
export const orGivenUp = async <T>(work: Promise<Answer<T>>, signal: AbortSignal): Promise<Answer<T>> => {
  if (signal.aborted) return fail(givenUp)
  const { promise, resolve } = Promise.withResolvers<Answer<T>>()
  const giveUp = () => resolve(fail(givenUp))
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
