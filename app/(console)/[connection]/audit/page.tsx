import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { auditAsk } from '#components/features/audit/audit-ask.ts'
import { AuditView } from '#components/features/audit/audit-view.tsx'
import { operations } from '#server/http/operations.ts'
import { prefetch, want } from '#server/http/prefetch.ts'

export const metadata: Metadata = { title: 'Audit' }

export default async function Page() {
  const answers = await prefetch(want(operations.listAudit, auditAsk))
  return (
    <HydrationBoundary state={answers}>
      <AuditView />
    </HydrationBoundary>
  )
}
