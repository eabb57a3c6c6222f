import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { DeadLetterView } from '#components/features/dead-letters/dead-letter-view.tsx'

export const metadata: Metadata = { title: 'Dead letter' }

export default async function Page({
  params,
}: {
  readonly params: Promise<{ connection: string; id: string }>
}) {
  const { connection, id } = await readParams(params)
  return <DeadLetterView connection={connection} id={id} />
}
