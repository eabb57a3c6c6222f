import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { ConnectionView } from '#components/features/connections/connection-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string }> }

export const metadata: Metadata = { title: 'Connection' }

export default async function Page({ params }: Props) {
  const { connection } = await readParams(params)
  const answers = await prefetch(
    want(operations.showConnection, { params: { connection } }),
    want(operations.showHealth),
  )
  return (
    <HydrationBoundary state={answers}>
      <ConnectionView connection={connection} />
    </HydrationBoundary>
  )
}
