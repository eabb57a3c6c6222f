import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { readParams } from '#components/client/read-params.ts'
import { loadProduce } from '#components/features/produce/produce-address.ts'
import { ProduceView } from '#components/features/produce/produce-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = {
  readonly params: Promise<{ connection: string; topic: string }>
  readonly searchParams: Promise<SearchParams>
}

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: await readParams(params).then(({ topic }) => `Produce to ${topic}`),
})

export default async function Page({ params, searchParams }: Props) {
  const { connection, topic } = await readParams(params)
  const { from, fromTopic } = await loadProduce(searchParams)
  const original = from === '' ? null : { topic: fromTopic || topic, position: from }
  const answers = await prefetch(
    want(operations.showTopic, { params: { connection, topic } }),
    original
      ? want(operations.showMessage, { params: { connection, ...original } })
      : want(operations.showTopicSchemas, { params: { connection, topic } }),
  )
  return (
    <HydrationBoundary state={answers}>
      <ProduceView connection={connection} topic={topic} from={original} />
    </HydrationBoundary>
  )
}
