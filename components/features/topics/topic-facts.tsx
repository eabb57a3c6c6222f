'use client'
import type { UseQueryResult } from '@tanstack/react-query'
import Link from 'next/link'
import type { TopicDetail } from '#server/contracts/topics.ts'
import { routes } from '../../client/routes.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { LinesSkeleton } from '../../patterns/lines-skeleton.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { PartitionsTable, partitionColumns } from './partitions-table.tsx'
import { SettingsTable } from './settings-table.tsx'

type Facts = TopicDetail['data']
type Tab = 'partitions' | 'groups' | 'config'

type Group = NonNullable<Facts['groups']>[number]

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

const skeletonOf = (tab: Tab, connection: string) =>
  tab === 'config' ? (
    <LinesSkeleton lines={12} />
  ) : (
    <TableSkeleton rows={6} columns={tab === 'partitions' ? partitionColumns(0) : groupColumns(connection)} />
  )

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
      skeleton={skeletonOf(tab, connection)}
      degraded={({ degraded }) => degraded}
      isEmpty={({ data }) => tab === 'groups' && (data.groups ?? []).length === 0}
      empty={
        query.data?.data.groups === null
          ? {
              title: 'Who reads this topic is not known',
              text: 'No worker has sampled the consumer groups of this cluster yet.',
            }
          : {
              title: 'No group reads this topic',
              text: 'A consumer group appears here once it has committed an offset.',
            }
      }
    >
      {({ data }) =>
        tab === 'partitions' ? (
          <PartitionsTable data={data} />
        ) : tab === 'groups' ? (
          <Groups data={data} connection={connection} />
        ) : (
          <SettingsTable data={data} connection={connection} />
        )
      }
    </QueryPanel>
  </div>
)

const Groups = ({ data, connection }: { readonly data: Facts; readonly connection: string }) => (
  <DataTable
    label="Groups that read this topic"
    rows={data.groups ?? []}
    rowKey={({ group }) => group}
    rowHref={({ group }) => routes.group(connection, group)}
    columns={groupColumns(connection)}
  />
)
