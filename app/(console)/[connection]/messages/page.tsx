import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { ManyMessagesView } from '#components/features/topics/many-messages-view.tsx'

export const metadata: Metadata = { title: 'Search messages' }

type Props = { readonly params: Promise<{ connection: string }> }

export default async function Page({ params }: Props) {
  const { connection } = await readParams(params)
  return <ManyMessagesView connection={connection} />
}
