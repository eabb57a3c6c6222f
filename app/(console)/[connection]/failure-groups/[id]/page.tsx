import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { FailureGroupView } from '#components/features/dead-letters/failure-group-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string; id: string }> }

export const metadata: Metadata = { title: 'Failure group' }

export default async function Page({ params }: Props) {
  const { connection, id } = await readParams(params)
  const answers = await prefetch(want(operations.showFailureGroup, { params: { connection, id } }))
  return (
    <HydrationBoundary state={answers}>
      <FailureGroupView connection={connection} id={id} />
    </HydrationBoundary>
  )
}
