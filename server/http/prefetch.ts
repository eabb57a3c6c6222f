import { type DehydratedState, dehydrate, QueryClient } from '@tanstack/react-query'
import { headers } from 'next/headers'
import type { z } from 'zod'
import { apiAddress, cacheKey } from '#server/contracts/api-address.ts'
import type { Endpoint } from '#server/contracts/endpoints.ts'
import { readEnv } from '#server/env.ts'
import type { Actor } from '#server/services/deps.ts'
import { withSpan } from '#server/telemetry.ts'
import { actorOf, localOperator } from './actor.ts'
import { type Operation, perform } from './operation.ts'

/** After this long the page goes out without the answer and the browser asks for it. */
const patienceMs = 300

type Ask<E extends Endpoint> = {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: z.input<E['query']>
}

/** Who asks for the page that is being made. */
const whoAsks = async (): Promise<Actor> =>
  readEnv().SPILLWAY_USER_HEADER === undefined ? localOperator : actorOf(await headers())

/** One answer that a page wants to be made with. */
export type Wanted = {
  readonly key: readonly unknown[]
  readonly load: (signal: AbortSignal) => Promise<unknown>
}

/** Names an operation and what the view will ask it: the same input, so that the view finds the answer. */
export const want = <const E extends Endpoint>(operation: Operation<E>, ask: Ask<E> = {}): Wanted => {
  const { endpoint } = operation
  const { params = {}, query } = ask
  // Over HTTP a query arrives as text; it is read here the way a route reads it.
  const address = new URL(
    apiAddress(endpoint.path, params, query as Record<string, unknown> | undefined),
    'http://spillway.invalid',
  )
  return {
    key: cacheKey(endpoint, ask),
    load: (signal) =>
      withSpan(`prefetch ${endpoint.path}`, { 'http.route': endpoint.path }, async () => {
        const asked = { params, query: Object.fromEntries(address.searchParams), body: undefined }
        const result = await perform(operation, await whoAsks(), asked, signal)
        return result.ok ? result.value : undefined
      }),
  }
}

/**
 * Answers for a page while it is made, through the same door as the routes. An answer that fails or takes longer than
 * 300 ms is left out: the browser then asks itself and shows what is wrong. `SPILLWAY_PREFETCH=off` leaves out all.
 */
export const prefetch = async (...wanted: readonly Wanted[]): Promise<DehydratedState> => {
  const client = new QueryClient()
  if (readEnv().SPILLWAY_PREFETCH === 'off') return dehydrate(client)
  const late = new AbortController()
  const patience = new Promise<undefined>((resolve) => {
    late.signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  const timer = setTimeout(() => {
    late.abort(new DOMException('the page does not wait longer', 'TimeoutError'))
  }, patienceMs)
  await Promise.all(
    wanted.map(async ({ key, load }) => {
      const answer = await Promise.race([load(late.signal), patience])
      if (answer !== undefined) client.setQueryData(key, answer)
    }),
  )
  clearTimeout(timer)
  return dehydrate(client)
}
