import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { TopicView } from '#components/features/topics/topic-view.tsx'

export const metadata: Metadata = { title: 'Topic' }

export default async function Page({
  params,
}: {
  readonly params: Promise<{ connection: string; topic: string }>
}) {
  const { connection, topic } = await readParams(params)
  return <TopicView connection={connection} topic={topic} />
}
