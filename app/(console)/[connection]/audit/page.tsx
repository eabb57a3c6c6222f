import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { readParams } from '#components/client/read-params.ts'
import { auditAsk, loadAudit } from '#components/features/audit/audit-address.ts'
import { AuditView } from '#components/features/audit/audit-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

type Props = {
  readonly params: Promise<{ connection: string }>
  readonly searchParams: Promise<SearchParams>
}

export const metadata: Metadata = { title: 'Audit' }

export default async function Page({ params, searchParams }: Props) {
  const { connection } = await readParams(params)
  const view = await loadAudit(searchParams)
  const answers = await prefetch(
    want(operations.listAudit, auditAsk(view)),
    want(operations.checkAudit, { query: {} }),
  )
  return (
    <HydrationBoundary state={answers}>
      <AuditView connection={connection} />
    </HydrationBoundary>
  )
}
