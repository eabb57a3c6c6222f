import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { WaitingView } from '#components/features/requeue/waiting-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string; topic: string }> }

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: await readParams(params).then(({ topic }) => `Waiting in ${topic}`),
})

export default async function Page({ params }: Props) {
  const { connection, topic } = await readParams(params)
  // What waits is read from the broker, which takes longer than a page waits.
  const answers = await prefetch(want(operations.showRetryChain, { params: { connection, topic } }))
  return (
    <HydrationBoundary state={answers}>
      <WaitingView connection={connection} topic={topic} />
    </HydrationBoundary>
  )
}
