'use client'
import { useQuery } from '@tanstack/react-query'
import type { AuditEntry } from '#server/contracts/audit.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Time } from '../../patterns/time.tsx'
import { auditAsk } from './audit-ask.ts'

const columns: readonly Column<AuditEntry>[] = [
  { id: 'at', header: 'When', width: '140px', mono: true, cell: ({ atMs }) => <Time at={atMs} short /> },
  { id: 'actor', header: 'Who', width: '104px', cell: ({ actor }) => actor },
  { id: 'action', header: 'Did', width: '116px', cell: ({ action }) => action },
  {
    id: 'target',
    header: 'To',
    width: 'minmax(120px, 1fr)',
    mono: true,
    cell: ({ target }) => <span title={target}>{target}</span>,
  },
  {
    id: 'connection',
    header: 'Connection',
    width: '88px',
    isSecondary: true,
    cell: ({ connection }) => connection ?? '',
  },
  {
    id: 'result',
    header: 'Result',
    width: '64px',
    cell: ({ result }) => <span className={result === 'allowed' ? '' : 'text-warning'}>{result}</span>,
  },
  {
    id: 'detail',
    header: 'Detail',
    width: 'minmax(140px, 2fr)',
    cell: ({ detail }) => <span title={detail}>{detail}</span>,
  },
]

/** Who did what, newest first. */
export const AuditView = () => {
  const query = useQuery(endpointQuery(endpoints.listAudit, auditAsk))
  return (
    <PageShell title="Audit" meta={<span>Entries are never changed.</span>}>
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        <QueryPanel
          query={query}
          skeleton={<TableSkeleton rows={10} columns={columns} />}
          isEmpty={({ entries }) => entries.length === 0}
          empty={{
            title: 'Nothing has been changed yet',
            text: 'Replays, marks and changes of state are recorded here with who did them.',
          }}
        >
          {({ entries }) => (
            <DataTable label="Audit entries" columns={columns} rows={entries} rowKey={({ id }) => id} />
          )}
        </QueryPanel>
      </div>
    </PageShell>
  )
}
