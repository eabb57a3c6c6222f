'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { endpoints } from '#server/contracts/endpoints.ts'
import type { GroupDetail } from '#server/contracts/groups.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import { DataTable } from '../../patterns/data-table.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatCount, formatDuration, formatRate } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { Status } from '../../patterns/status.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { LagChart } from './lag-chart.tsx'

type Facts = GroupDetail['data']

const numbers = (data: Facts): readonly (readonly [name: string, value: string, source: string])[] => [
  ['Lag', formatCount(data.lagMessages), 'End offsets minus committed offsets, sampled by the worker'],
  ['Change', formatRate(data.verdict.lagChangePerSecond), 'Difference of the samples of the last minutes'],
  [
    'Caught up in',
    data.verdict.catchUpMs === null
      ? data.lagMessages === '0'
        ? 'is caught up'
        : 'not at this rate'
      : formatDuration(data.verdict.catchUpMs),
    'Lag divided by how fast it shrinks, estimated',
  ],
  ['Members', String(data.members), 'As the group coordinator says'],
  ['Protocol', data.protocol ?? 'not known', 'As the group coordinator says'],
]

/** One consumer group: the verdict in words, five numbers, the chart, and its partitions. */
export const GroupView = ({ connection, group }: { readonly connection: string; readonly group: string }) => {
  const query = useQuery(endpointQuery(endpoints.showGroup, { params: { connection, group } }))
  return (
    <PageShell
      title={group}
      mono
      meta={
        query.data ? (
          <>
            <Status of="group" value={query.data.data.state} />
            <span>
              sampled <Ago at={query.data.data.sampledAt} />
            </span>
          </>
        ) : null
      }
    >
      <QueryPanel
        query={query}
        skeleton={<TableSkeleton rows={4} columns={5} />}
        degraded={({ degraded }) => degraded}
      >
        {({ data }) => (
          <>
            <div className="flex items-baseline gap-3 rounded-base border border-line bg-panel px-4 py-3">
              <Status of="verdict" value={data.verdict.kind} className="font-strong" />
              <p className="text-lead" data-verdict>
                {data.verdict.sentence}
              </p>
            </div>
            <dl className="mt-3 grid grid-cols-5 gap-3 max-[1100px]:grid-cols-3">
              {numbers(data).map(([name, value, source]) => (
                <div key={name} title={source} className="rounded-base border border-line bg-panel px-3 py-2">
                  <dt className="text-small text-muted">{name}</dt>
                  <dd className="truncate text-lead font-strong">{value}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </QueryPanel>
      <LagChart connection={connection} group={group} />
      {query.data ? (
        <Section title={`Partitions (${query.data.data.partitions.length})`} padded={false}>
          <Partitions data={query.data.data} connection={connection} />
        </Section>
      ) : null}
    </PageShell>
  )
}

const Partitions = ({ data, connection }: { readonly data: Facts; readonly connection: string }) => (
  <DataTable
    label="Partitions of the group"
    rows={data.partitions}
    rowKey={({ topic, partition }) => `${topic} ${partition}`}
    columns={[
      {
        id: 'topic',
        header: 'Topic',
        width: 'minmax(180px, 1fr)',
        cell: ({ topic }) => (
          <Link href={routes.topic(connection, topic)} className="link font-mono text-small">
            {topic}
          </Link>
        ),
      },
      {
        id: 'partition',
        header: 'Partition',
        width: '72px',
        align: 'right',
        cell: ({ partition }) => partition,
      },
      {
        id: 'committed',
        header: 'Committed',
        width: '110px',
        align: 'right',
        cell: ({ committedOffset }) =>
          committedOffset === null ? <span className="text-faint">never</span> : formatCount(committedOffset),
      },
      {
        id: 'end',
        header: 'End',
        width: '110px',
        align: 'right',
        cell: ({ endOffset }) => formatCount(endOffset),
      },
      {
        id: 'lag',
        header: 'Lag',
        width: '90px',
        align: 'right',
        cell: ({ lagMessages }) => formatCount(lagMessages),
      },
      {
        id: 'client',
        header: 'Client',
        width: '140px',
        cell: ({ clientId }) => clientId ?? <span className="text-warning">nobody</span>,
      },
      { id: 'host', header: 'Host', width: '140px', mono: true, cell: ({ host }) => host ?? '' },
      {
        id: 'member',
        header: 'Member',
        width: 'minmax(120px, 1fr)',
        mono: true,
        cell: ({ memberId }) => <span title={memberId ?? undefined}>{memberId ?? ''}</span>,
      },
    ]}
  />
)
