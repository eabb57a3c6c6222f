import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { EditView } from '#components/features/produce/edit-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string; id: string }> }

export const metadata: Metadata = { title: 'Edit a dead letter' }

export default async function Page({ params }: Props) {
  const { connection, id } = await readParams(params)
  const answers = await prefetch(want(operations.showLetterEdit, { params: { connection, id } }))
  return (
    <HydrationBoundary state={answers}>
      <EditView connection={connection} id={id} />
    </HydrationBoundary>
  )
}
