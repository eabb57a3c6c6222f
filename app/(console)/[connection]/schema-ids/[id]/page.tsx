import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { SchemaIdView } from '#components/features/schemas/schema-id-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string; id: string }> }

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `Schema ${(await readParams(params)).id}`,
})

export default async function Page({ params }: Props) {
  const { connection, id } = await readParams(params)
  const answers = await prefetch(want(operations.showSchemaId, { params: { connection, id } }))
  return (
    <HydrationBoundary state={answers}>
      <SchemaIdView connection={connection} id={id} />
    </HydrationBoundary>
  )
}
