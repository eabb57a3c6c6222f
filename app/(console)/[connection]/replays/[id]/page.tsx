import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { ReplayView } from '#components/features/replays/replay-view.tsx'

export const metadata: Metadata = { title: 'Replay' }

export default async function Page({
  params,
}: {
  readonly params: Promise<{ connection: string; id: string }>
}) {
  const { connection, id } = await readParams(params)
  return <ReplayView connection={connection} id={id} />
}
