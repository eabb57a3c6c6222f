import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { TopicsView } from '#components/features/topics/topics-view.tsx'

export const metadata: Metadata = { title: 'Topics' }

export default async function Page({ params }: { readonly params: Promise<{ connection: string }> }) {
  const { connection } = await readParams(params)
  return <TopicsView connection={connection} />
}
