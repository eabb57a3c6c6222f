import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { TraceView } from '#components/features/traces/trace-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string; traceId: string }> }

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `Trace ${(await readParams(params)).traceId.slice(0, 8)}`,
})

export default async function Page({ params }: Props) {
  const { connection, traceId } = await readParams(params)
  const answers = await prefetch(want(operations.showTrace, { params: { traceId } }))
  return (
    <HydrationBoundary state={answers}>
      <TraceView connection={connection} traceId={traceId} />
    </HydrationBoundary>
  )
}
