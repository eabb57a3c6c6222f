import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { InboxView } from '#components/features/dead-letters/inbox-view.tsx'

export const metadata: Metadata = { title: 'Dead letters' }

export default async function Page({ params }: { readonly params: Promise<{ connection: string }> }) {
  const { connection } = await readParams(params)
  return <InboxView connection={connection} />
}
