'use client'
import type { UseQueryResult } from '@tanstack/react-query'
import Link from 'next/link'
import type { TopicDetail } from '#server/contracts/topics.ts'
import { routes } from '../../client/routes.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'

type Facts = TopicDetail['data']
type Tab = 'partitions' | 'groups' | 'config'

type Partition = Facts['partitionRows'][number]
type Group = Facts['groups'][number]
type Setting = Facts['config'][number]

const partitionColumns: readonly Column<Partition>[] = [
  {
    id: 'partition',
    header: 'Partition',
    width: '80px',
    align: 'right',
    cell: ({ partition }) => partition,
  },
  {
    id: 'leader',
    header: 'Leader',
    width: '140px',
    cell: ({ leader }) =>
      leader === null ? <span className="text-critical">offline: no leader</span> : `broker ${leader}`,
  },
  {
    id: 'replicas',
    header: 'Replicas in sync',
    width: '200px',
    cell: ({ replicas, inSync }) => (
      <span className={inSync.length < replicas.length ? 'text-warning' : ''}>
        {inSync.length} of {replicas.length}
        {inSync.length < replicas.length
          ? ` · missing ${replicas.filter((one) => !inSync.includes(one)).join(', ')}`
          : ''}
      </span>
    ),
  },
  {
    id: 'start',
    header: 'First offset',
    width: '140px',
    align: 'right',
    cell: ({ startOffset }) => formatCount(startOffset),
  },
  {
    id: 'end',
    header: 'End offset',
    width: '140px',
    align: 'right',
    cell: ({ endOffset }) => formatCount(endOffset),
  },
]

const groupColumns = (connection: string): readonly Column<Group>[] => [
  {
    id: 'group',
    header: 'Group',
    width: 'minmax(240px, 1fr)',
    cell: ({ group }) => (
      <Link href={routes.group(connection, group)} className="link font-mono text-small">
        {group}
      </Link>
    ),
  },
  { id: 'state', header: 'State', width: '140px', cell: ({ state }) => state },
  {
    id: 'lag',
    header: 'Lag',
    width: '140px',
    align: 'right',
    cell: ({ lagMessages }) => formatCount(lagMessages),
  },
]

const settingColumns: readonly Column<Setting>[] = [
  { id: 'name', header: 'Setting', width: 'minmax(280px, 1fr)', mono: true, cell: ({ name }) => name },
  {
    id: 'value',
    header: 'Value',
    width: 'minmax(240px, 1fr)',
    mono: true,
    cell: ({ value }) => value ?? <span className="text-faint">not shown</span>,
  },
  {
    id: 'source',
    header: 'Set',
    width: '160px',
    cell: ({ isDefault }) => (isDefault ? <span className="text-faint">default</span> : 'for this topic'),
  },
]

const columnsOf = (tab: Tab, connection: string): readonly { id: string; header: string; width: string }[] =>
  tab === 'partitions' ? partitionColumns : tab === 'groups' ? groupColumns(connection) : settingColumns

/** Partitions, groups or configuration of a topic. */
export const TopicFacts = ({
  query,
  tab,
  connection,
}: {
  readonly query: UseQueryResult<TopicDetail>
  readonly tab: Tab
  readonly connection: string
}) => (
  <div className="overflow-hidden rounded-base border border-line bg-panel">
    <QueryPanel
      query={query}
      skeleton={<TableSkeleton rows={6} columns={columnsOf(tab, connection)} />}
      degraded={({ degraded }) => degraded}
      isEmpty={({ data }) => tab === 'groups' && data.groups.length === 0}
      empty={{
        title: 'No group reads this topic',
        text: 'A consumer group appears here once it has committed an offset.',
      }}
    >
      {({ data }) =>
        tab === 'partitions' ? (
          <Partitions data={data} />
        ) : tab === 'groups' ? (
          <Groups data={data} connection={connection} />
        ) : (
          <Config data={data} />
        )
      }
    </QueryPanel>
  </div>
)

const Partitions = ({ data }: { readonly data: Facts }) => (
  <DataTable
    label="Partitions"
    rows={data.partitionRows}
    rowKey={({ partition }) => String(partition)}
    columns={partitionColumns}
  />
)

const Groups = ({ data, connection }: { readonly data: Facts; readonly connection: string }) => (
  <DataTable
    label="Groups that read this topic"
    rows={data.groups}
    rowKey={({ group }) => group}
    rowHref={({ group }) => routes.group(connection, group)}
    columns={groupColumns(connection)}
  />
)

const Config = ({ data }: { readonly data: Facts }) => (
  <DataTable
    label="Configuration"
    rows={[...data.config].sort(
      (a, b) => Number(a.isDefault) - Number(b.isDefault) || a.name.localeCompare(b.name),
    )}
    rowKey={({ name }) => name}
    columns={settingColumns}
  />
)
