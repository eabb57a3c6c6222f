import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { GroupsView } from '#components/features/groups/groups-view.tsx'

export const metadata: Metadata = { title: 'Consumer groups' }

export default async function Page({ params }: { readonly params: Promise<{ connection: string }> }) {
  const { connection } = await readParams(params)
  return <GroupsView connection={connection} />
}
