import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { readParams } from '#components/client/read-params.ts'
import { GroupView } from '#components/features/groups/group-view.tsx'
import { lagChartAsk } from '#components/features/groups/lag-chart-ask.ts'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = { readonly params: Promise<{ connection: string; group: string }> }

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: (await readParams(params)).group,
})

export default async function Page({ params }: Props) {
  const { connection, group } = await readParams(params)
  const answers = await prefetch(
    want(operations.showGroup, { params: { connection, group } }),
    want(operations.showLagHistory, lagChartAsk(connection, group)),
  )
  return (
    <HydrationBoundary state={answers}>
      <GroupView connection={connection} group={group} />
    </HydrationBoundary>
  )
}
