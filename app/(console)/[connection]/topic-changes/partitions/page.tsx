import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { readParams } from '#components/client/read-params.ts'
import { AddPartitionsView } from '#components/features/topic-changes/add-partitions-view.tsx'
import { loadTopicOfForm } from '#components/features/topic-changes/topic-change-address.ts'

type Props = {
  readonly params: Promise<{ connection: string }>
  readonly searchParams: Promise<SearchParams>
}

export const metadata: Metadata = { title: 'Add partitions' }

export default async function Page({ params, searchParams }: Props) {
  const { connection } = await readParams(params)
  const { topic } = await loadTopicOfForm(searchParams)
  return <AddPartitionsView connection={connection} topic={topic} />
}
