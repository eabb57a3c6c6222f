import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { readParams } from '#components/client/read-params.ts'
import { inboxAsk, loadInbox } from '#components/features/dead-letters/inbox-address.ts'
import { InboxView } from '#components/features/dead-letters/inbox-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = {
  readonly params: Promise<{ connection: string }>
  readonly searchParams: Promise<SearchParams>
}

export const metadata: Metadata = { title: 'Dead letters' }

export default async function Page({ params, searchParams }: Props) {
  const { connection } = await readParams(params)
  const view = await loadInbox(searchParams)
  const answers = await prefetch(want(operations.listFailureGroups, inboxAsk(connection, view)))
  return (
    <HydrationBoundary state={answers}>
      <InboxView connection={connection} />
    </HydrationBoundary>
  )
}
