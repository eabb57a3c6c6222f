import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { MessageView } from '#components/features/messages/message-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string; topic: string; position: string }> }

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: await readParams(params).then(({ topic, position }) => `${topic} ${position}`),
})

export default async function Page({ params }: Props) {
  const { connection, topic, position } = await readParams(params)
  const answers = await prefetch(want(operations.showMessage, { params: { connection, topic, position } }))
  return (
    <HydrationBoundary state={answers}>
      <MessageView connection={connection} topic={topic} position={position} />
    </HydrationBoundary>
  )
}
