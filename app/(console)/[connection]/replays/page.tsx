import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { ReplaysView } from '#components/features/replays/replays-view.tsx'

export const metadata: Metadata = { title: 'Replays' }

export default async function Page({ params }: { readonly params: Promise<{ connection: string }> }) {
  const { connection } = await readParams(params)
  return <ReplaysView connection={connection} />
}
