'use client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { ProblemError } from './problem-error.ts'

const makeClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        // Asked again every few seconds beside the live notices: a page left open never shows an old state as the present.
        refetchInterval: 10_000,
        refetchOnWindowFocus: true,
        retry: (count, error) => !(error instanceof ProblemError && error.problem.status < 500) && count < 1,
        retryDelay: 800,
      },
    },
  })

/** Server data of all pages. */
export const QueryProvider = ({ children }: { readonly children: ReactNode }) => {
  const [client] = useState(makeClient)
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>
}
