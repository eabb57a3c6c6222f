import type { QueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import { cacheKey } from '#server/contracts/api-address.ts'
import type { Endpoint } from '#server/contracts/endpoints.ts'
import type { CallInput } from './call-endpoint.ts'
import type { Known } from './endpoints.ts'

const freshForMs = 10_000

/** The answer that the page was made with, or that was read a moment ago under the noun's own key; null without one. */
export const freshAnswer = <const E extends Endpoint>(
  client: QueryClient,
  endpoint: Known<E>,
  input: CallInput<E>,
): { readonly data: z.output<E['output']>; readonly at: number } | null => {
  const state = client.getQueryState<z.output<E['output']>>(cacheKey(endpoint, input))
  if (state?.data === undefined || Date.now() - state.dataUpdatedAt > freshForMs) return null
  return { data: state.data, at: state.dataUpdatedAt }
}
