import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { DeletionView } from '#components/features/schemas/deletion-view.tsx'

type Props = { readonly params: Promise<{ connection: string; subject: string }> }

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `Delete ${(await readParams(params)).subject}`,
})

export default async function Page({ params }: Props) {
  const { connection, subject } = await readParams(params)
  return <DeletionView connection={connection} subject={subject} />
}
