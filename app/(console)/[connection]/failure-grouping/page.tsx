import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { GroupingView } from '#components/features/grouping/grouping-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string }> }

export const metadata: Metadata = { title: 'Grouping rules' }

export default async function Page({ params }: Props) {
  const { connection } = await readParams(params)
  const answers = await prefetch(want(operations.showGrouping, { params: { connection } }))
  return (
    <HydrationBoundary state={answers}>
      <GroupingView connection={connection} />
    </HydrationBoundary>
  )
}
