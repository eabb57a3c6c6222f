import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { TopicView } from '#components/features/topics/topic-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string; topic: string }> }

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: (await readParams(params)).topic,
})

export default async function Page({ params }: Props) {
  const { connection, topic } = await readParams(params)
  const answers = await prefetch(want(operations.showTopic, { params: { connection, topic } }))
  return (
    <HydrationBoundary state={answers}>
      <TopicView connection={connection} topic={topic} />
    </HydrationBoundary>
  )
}
