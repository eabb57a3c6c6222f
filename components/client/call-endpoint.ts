import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import { apiAddress, cacheKey } from '#server/contracts/api-address.ts'
import type { Endpoint } from '#server/contracts/endpoints.ts'
import type { Known } from './endpoints.ts'
import { refusalOf, unreachable } from './failed-calls.ts'
import { answerMisfit } from './fit-contract.ts'

export type CallInput<E extends Endpoint> = {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: z.input<E['query']>
  readonly body?: z.input<E['body']>
}

/**
 * Calls one operation of the API for the answer that its contract names. Rejects with a ProblemError: the server's own
 * problem document, or one that says that the server does not answer, or not as this page can read it.
 */
export const callEndpoint = async <const E extends Endpoint>(
  endpoint: Known<E>,
  input: CallInput<E> = {},
  signal?: AbortSignal,
): Promise<z.output<E['output']>> => {
  const address = apiAddress(
    endpoint.path,
    input.params ?? {},
    input.query as Record<string, unknown> | undefined,
  )
  const response = await fetch(address, {
    method: endpoint.method,
    ...(signal ? { signal } : {}),
    ...(endpoint.method === 'GET'
      ? {}
      : {
          headers: { 'content-type': 'application/json' },
          ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
        }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw unreachable('No connection to the server that serves this page.')
  })
  if (!response.ok) throw await refusalOf(response)
  const [misfitOf, body] = await Promise.all([answerMisfit(response, endpoint), readJson(response, signal)])
  const misfit = misfitOf(body)
  if (misfit) throw misfit
  return body as z.output<E['output']>
}

const readJson = (response: Response, signal: AbortSignal | undefined): Promise<unknown> =>
  response.json().catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw unreachable('The connection broke off while it was answering.')
  })

/** Query options of a reading operation. The last good answer stays while the next is on its way. */
export const endpointQuery = <const E extends Endpoint>(endpoint: Known<E>, input: CallInput<E> = {}) =>
  queryOptions({
    queryKey: cacheKey(endpoint, input),
    queryFn: ({ signal }) => callEndpoint(endpoint, input, signal),
    placeholderData: keepPreviousData,
  })

/** Query options of an answer that is held still: its key keeps apart from the noun, so that no live notice loads it anew. */
export const endpointStill = <const E extends Endpoint>(endpoint: Known<E>, input: CallInput<E> = {}) =>
  queryOptions({
    queryKey: ['still', ...cacheKey(endpoint, input)] as const,
    queryFn: ({ signal }) => callEndpoint(endpoint, input, signal),
    refetchOnWindowFocus: false,
  })

/** An operation whose answers lead to the next one by `nextCursor`; without one the first answer is the whole. */
export type PagedEndpoint = Endpoint & { readonly output: z.ZodType<object> }

/**
 * Query options of an operation read page by page, newest first. The key keeps apart from the noun, so that a live
 * notice does not load the pages anew: what one reads does not move (`useGrowingList` counts what is new instead).
 */
export const endpointPages = <const E extends PagedEndpoint>(endpoint: Known<E>, input: CallInput<E> = {}) =>
  infiniteQueryOptions({
    queryKey: ['pages', ...cacheKey(endpoint, input)] as const,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      callEndpoint(
        endpoint,
        pageParam === undefined
          ? input
          : { ...input, query: { ...input.query, cursor: pageParam } as z.input<E['query']> },
        signal,
      ),
    getNextPageParam: (page) => (page as { readonly nextCursor?: string | null }).nextCursor ?? undefined,
    // Whoever comes back from a row finds the list as it was left.
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
    refetchOnWindowFocus: false,
  })
