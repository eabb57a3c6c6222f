import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { readParams } from '#components/client/read-params.ts'
import { loadSubjectList, subjectListAsk } from '#components/features/schemas/subject-list-address.ts'
import { SubjectsView } from '#components/features/schemas/subjects-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = {
  readonly params: Promise<{ connection: string }>
  readonly searchParams: Promise<SearchParams>
}

export const metadata: Metadata = { title: 'Schemas' }

export default async function Page({ params, searchParams }: Props) {
  const { connection } = await readParams(params)
  const view = await loadSubjectList(searchParams)
  const answers = await prefetch(want(operations.listSubjects, subjectListAsk(connection, view)))
  return (
    <HydrationBoundary state={answers}>
      <SubjectsView connection={connection} />
    </HydrationBoundary>
  )
}
