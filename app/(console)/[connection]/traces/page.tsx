import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { readParams } from '#components/client/read-params.ts'
import { loadTraces, tracesAsk } from '#components/features/traces/traces-address.ts'
import { TracesView } from '#components/features/traces/traces-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = {
  readonly params: Promise<{ connection: string }>
  readonly searchParams: Promise<SearchParams>
}

export const metadata: Metadata = { title: 'Traces' }

export default async function Page({ params, searchParams }: Props) {
  const { connection } = await readParams(params)
  const view = await loadTraces(searchParams)
  const answers = await prefetch(want(operations.listTraces, tracesAsk(view)))
  return (
    <HydrationBoundary state={answers}>
      <TracesView connection={connection} />
    </HydrationBoundary>
  )
}
