import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { GroupView } from '#components/features/groups/group-view.tsx'

export const metadata: Metadata = { title: 'Consumer group' }

export default async function Page({
  params,
}: {
  readonly params: Promise<{ connection: string; group: string }>
}) {
  const { connection, group } = await readParams(params)
  return <GroupView connection={connection} group={group} />
}
