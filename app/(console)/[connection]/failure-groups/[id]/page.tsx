import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { FailureGroupView } from '#components/features/dead-letters/failure-group-view.tsx'

export const metadata: Metadata = { title: 'Failure group' }

export default async function Page({
  params,
}: {
  readonly params: Promise<{ connection: string; id: string }>
}) {
  const { connection, id } = await readParams(params)
  return <FailureGroupView connection={connection} id={id} />
}
