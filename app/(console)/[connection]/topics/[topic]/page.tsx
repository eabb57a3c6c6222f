import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { readParams } from '#components/client/read-params.ts'
import { loadTopic, messagesAsk, placeOf } from '#components/features/topics/topic-address.ts'
import { TopicView } from '#components/features/topics/topic-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = {
  readonly params: Promise<{ connection: string; topic: string }>
  readonly searchParams: Promise<SearchParams>
}

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: (await readParams(params)).topic,
})

export default async function Page({ params, searchParams }: Props) {
  const { connection, topic } = await readParams(params)
  const { tab, search, order, isolation, tail, ...place } = await loadTopic(searchParams)
  const isNewest = placeOf(place) === '' && search === '' && order === 'newest'
  const answers = await prefetch(
    want(operations.showTopic, { params: { connection, topic } }),
    // It stands above the rest: what comes later would move what is read.
    want(operations.showRetryChain, { params: { connection, topic } }),
    // A search takes longer than a page waits.
    ...(tab === 'messages' && isNewest && isolation === 'committed' && !tail
      ? [want(operations.listMessages, messagesAsk(connection, topic))]
      : []),
  )
  return (
    <HydrationBoundary state={answers}>
      <TopicView connection={connection} topic={topic} />
    </HydrationBoundary>
  )
}
