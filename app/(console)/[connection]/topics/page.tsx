import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { readParams } from '#components/client/read-params.ts'
import { loadTopicList, topicListAsk } from '#components/features/topics/topic-list-address.ts'
import { TopicsView } from '#components/features/topics/topics-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = {
  readonly params: Promise<{ connection: string }>
  readonly searchParams: Promise<SearchParams>
}

export const metadata: Metadata = { title: 'Topics' }

export default async function Page({ params, searchParams }: Props) {
  const { connection } = await readParams(params)
  const view = await loadTopicList(searchParams)
  const answers = await prefetch(want(operations.listTopics, topicListAsk(connection, view)))
  return (
    <HydrationBoundary state={answers}>
      <TopicsView connection={connection} />
    </HydrationBoundary>
  )
}
