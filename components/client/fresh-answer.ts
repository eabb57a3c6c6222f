import type { QueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import { cacheKey } from '#server/contracts/api-address.ts'
import type { Endpoint } from '#server/contracts/endpoints.ts'
import type { CallInput } from './call-endpoint.ts'
import type { Known } from './endpoints.ts'

const freshForMs = 10_000

/**
 * The answer that the page was made with, or that was read a moment ago under the noun's own key; null without one. While
 * a browser takes a page over from the server (`useIsHydrating`), its age does not count: however late that is, and
 * whatever the two clocks say, the browser draws what the server drew.
 */
export const freshAnswer = <const E extends Endpoint>(
  client: QueryClient,
  endpoint: Known<E>,
  input: CallInput<E>,
  isHydrating: boolean,
): { readonly data: z.output<E['output']>; readonly at: number } | null => {
  const state = client.getQueryState<z.output<E['output']>>(cacheKey(endpoint, input))
  if (state?.data === undefined) return null
  if (!isHydrating && Date.now() - state.dataUpdatedAt > freshForMs) return null
  return { data: state.data, at: state.dataUpdatedAt }
}
