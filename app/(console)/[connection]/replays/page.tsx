import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { ReplaysView } from '#components/features/replays/replays-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string }> }

export const metadata: Metadata = { title: 'Replays' }

export default async function Page({ params }: Props) {
  const { connection } = await readParams(params)
  const answers = await prefetch(want(operations.listReplays, { params: { connection } }))
  return (
    <HydrationBoundary state={answers}>
      <ReplaysView connection={connection} />
    </HydrationBoundary>
  )
}
