import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { SchemaVersionView } from '#components/features/schemas/schema-version-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string; subject: string; version: string }> }

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => {
  const { subject, version } = await readParams(params)
  return { title: `${subject} v${version}` }
}

export default async function Page({ params }: Props) {
  const { connection, subject, version } = await readParams(params)
  const answers = await prefetch(
    want(operations.showSchemaVersion, { params: { connection, subject, version } }),
  )
  return (
    <HydrationBoundary state={answers}>
      <SchemaVersionView connection={connection} subject={subject} version={version} />
    </HydrationBoundary>
  )
}
