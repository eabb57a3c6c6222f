import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { TopicChangeView } from '#components/features/topic-changes/topic-change-view.tsx'

type Props = { readonly params: Promise<{ connection: string; id: string }> }

export const metadata: Metadata = { title: 'Change of a topic' }

export default async function Page({ params }: Props) {
  const { connection, id } = await readParams(params)
  return <TopicChangeView connection={connection} id={id} />
}
