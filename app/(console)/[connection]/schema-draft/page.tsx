import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { DraftView } from '#components/features/schemas/draft-view.tsx'

type Props = { readonly params: Promise<{ connection: string }> }

export const metadata: Metadata = { title: 'Draft of a schema' }

export default async function Page({ params }: Props) {
  const { connection } = await readParams(params)
  return <DraftView connection={connection} />
}
