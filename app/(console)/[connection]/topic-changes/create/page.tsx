import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { CreateTopicView } from '#components/features/topic-changes/create-topic-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string }> }

export const metadata: Metadata = { title: 'Create a topic' }

export default async function Page({ params }: Props) {
  const { connection } = await readParams(params)
  const answers = await prefetch(want(operations.listTopicSettings, { params: { connection } }))
  return (
    <HydrationBoundary state={answers}>
      <CreateTopicView connection={connection} />
    </HydrationBoundary>
  )
}
