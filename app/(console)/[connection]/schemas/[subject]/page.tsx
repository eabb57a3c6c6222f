import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { SubjectView } from '#components/features/schemas/subject-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string; subject: string }> }

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: (await readParams(params)).subject,
})

export default async function Page({ params }: Props) {
  const { connection, subject } = await readParams(params)
  const answers = await prefetch(want(operations.showSubject, { params: { connection, subject } }))
  return (
    <HydrationBoundary state={answers}>
      <SubjectView connection={connection} subject={subject} />
    </HydrationBoundary>
  )
}
