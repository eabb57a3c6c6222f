import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { readParams } from '#components/client/read-params.ts'
import { CompareView } from '#components/features/schemas/compare-view.tsx'
import { compareAsk, loadCompare } from '#components/features/schemas/subject-list-address.ts'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = {
  readonly params: Promise<{ connection: string; subject: string }>
  readonly searchParams: Promise<SearchParams>
}

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `What changed in ${(await readParams(params)).subject}`,
})

export default async function Page({ params, searchParams }: Props) {
  const { connection, subject } = await readParams(params)
  const ask = compareAsk(connection, subject, await loadCompare(searchParams))
  const answers = await prefetch(want(operations.compareSchemaVersions, ask))
  return (
    <HydrationBoundary state={answers}>
      <CompareView connection={connection} subject={subject} />
    </HydrationBoundary>
  )
}
