import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { MessageView } from '#components/features/messages/message-view.tsx'

export const metadata: Metadata = { title: 'Message' }

export default async function Page({
  params,
}: {
  readonly params: Promise<{ connection: string; topic: string; position: string }>
}) {
  const { connection, topic, position } = await readParams(params)
  return <MessageView connection={connection} topic={topic} position={position} />
}
