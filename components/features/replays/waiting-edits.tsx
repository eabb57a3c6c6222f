'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { FailedPanel } from '../../patterns/failed-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { Time } from '../../patterns/time.tsx'

/** Edited letters that wait for a second person; nothing where there are none. */
export const WaitingEdits = ({ connection }: { readonly connection: string }) => {
  const query = useQuery(endpointQuery(endpoints.listEdits, { params: { connection } }))
  const edits = query.data?.edits ?? []
  if (query.error && query.data === undefined)
    return (
      <Section title="Edits that wait for approval" padded={false}>
        <FailedPanel
          error={query.error}
          sinceMs={query.errorUpdatedAt}
          isTrying={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      </Section>
    )
  return edits.length === 0 ? null : (
    <Section title={`Edits that wait for approval (${edits.length})`} padded={false}>
      <ul className="divide-y divide-line">
        {edits.map(({ planId, title, editor, editedAt, forgottenAt, targets }) => (
          <li key={planId} className="flex flex-wrap items-center gap-x-3 px-3 py-1.5">
            <Link href={routes.replayPlan(connection, planId)} className="link">
              {title}
            </Link>
            <span className="font-mono text-small">{targets.join(', ')}</span>
            <span className="text-muted">
              edited by {editor}, <Time at={editedAt} short relative /> · forgotten at{' '}
              <Time at={forgottenAt} short />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  )
}
