'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useQueryStates } from 'nuqs'
import type { GroupRow } from '#server/contracts/groups.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Sparkline } from '../../patterns/sparkline.tsx'
import { Status } from '../../patterns/status.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Input } from '../../ui/input.tsx'
import { groupListAsk, groupListSearch } from './group-list-address.ts'

const columns = (connection: string): readonly Column<GroupRow>[] => [
  {
    id: 'group',
    header: 'Group',
    width: 'minmax(130px, 1.2fr)',
    cell: ({ group }) => (
      <Link href={routes.group(connection, group)} className="link font-mono text-small" title={group}>
        {group}
      </Link>
    ),
  },
  {
    id: 'verdict',
    header: 'Verdict',
    width: '120px',
    cell: ({ verdict }) => <Status of="verdict" value={verdict.kind} />,
  },
  {
    id: 'sentence',
    header: 'In words',
    width: 'minmax(180px, 3fr)',
    cell: ({ verdict }) => <span title={verdict.sentence}>{verdict.sentence}</span>,
  },
  {
    id: 'trend',
    header: 'Lag, last hour',
    width: '104px',
    cell: ({ trend, group }) => <Sparkline points={trend} label={`Lag of ${group} over the last hour`} />,
  },
  {
    id: 'lag',
    header: 'Lag',
    width: '68px',
    align: 'right',
    cell: ({ lagMessages }) => formatCount(lagMessages),
  },
  { id: 'members', header: 'Members', width: '64px', align: 'right', cell: ({ members }) => members },
  {
    id: 'state',
    header: 'State',
    width: '108px',
    isSecondary: true,
    cell: ({ state }) => <Status of="group" value={state} />,
  },
  {
    id: 'topics',
    header: 'Reads',
    width: 'minmax(120px, 1fr)',
    isSecondary: true,
    mono: true,
    cell: ({ topics }) => <span title={topics.join(', ')}>{topics.join(', ')}</span>,
  },
]

/** All consumer groups with their verdict, worst first. */
export const GroupsView = ({ connection }: { readonly connection: string }) => {
  const [{ q }, setView] = useQueryStates(groupListSearch)
  const query = useQuery(endpointQuery(endpoints.listGroups, groupListAsk(connection, { q })))
  return (
    <PageShell
      title="Consumer groups"
      meta={
        query.data ? (
          <span>
            {query.data.data.groups.length} of {query.data.data.unfilteredTotal}
          </span>
        ) : null
      }
    >
      <Input
        data-filter
        aria-label="Filter groups by name"
        placeholder="Filter by name  /"
        value={q}
        onChange={(event) => void setView({ q: event.target.value })}
        className="w-72"
      />
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        <QueryPanel
          query={query}
          skeleton={<TableSkeleton rows={10} columns={columns(connection)} />}
          isEmpty={({ data }) => data.groups.length === 0}
          empty={{
            title: 'No consumer group yet',
            text: 'A group appears here once its consumers join or commit an offset.',
          }}
          onClearFilter={q === '' ? undefined : () => void setView({ q: '' })}
          degraded={({ degraded }) => degraded}
        >
          {({ data }) => (
            <DataTable
              label="Consumer groups"
              columns={columns(connection)}
              rows={data.groups}
              rowKey={({ group }) => group}
              rowHref={({ group }) => routes.group(connection, group)}
            />
          )}
        </QueryPanel>
      </div>
    </PageShell>
  )
}
