import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { PlanView } from '#components/features/replays/plan-view.tsx'

export const metadata: Metadata = { title: 'Replay plan' }

export default async function Page({
  params,
}: {
  readonly params: Promise<{ connection: string; id: string }>
}) {
  const { connection, id } = await readParams(params)
  return <PlanView connection={connection} id={id} />
}
