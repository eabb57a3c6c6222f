import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { readParams } from '#components/client/read-params.ts'
import { groupListAsk, loadGroupList } from '#components/features/groups/group-list-address.ts'
import { GroupsView } from '#components/features/groups/groups-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = {
  readonly params: Promise<{ connection: string }>
  readonly searchParams: Promise<SearchParams>
}

export const metadata: Metadata = { title: 'Consumer groups' }

export default async function Page({ params, searchParams }: Props) {
  const { connection } = await readParams(params)
  const view = await loadGroupList(searchParams)
  const answers = await prefetch(want(operations.listGroups, groupListAsk(connection, view)))
  return (
    <HydrationBoundary state={answers}>
      <GroupsView connection={connection} />
    </HydrationBoundary>
  )
}
