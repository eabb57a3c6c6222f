import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { DeadLetterView } from '#components/features/dead-letters/dead-letter-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string; id: string }> }

export const metadata: Metadata = { title: 'Dead letter' }

export default async function Page({ params }: Props) {
  const { connection, id } = await readParams(params)
  const answers = await prefetch(want(operations.showDeadLetter, { params: { connection, id } }))
  return (
    <HydrationBoundary state={answers}>
      <DeadLetterView connection={connection} id={id} />
    </HydrationBoundary>
  )
}
