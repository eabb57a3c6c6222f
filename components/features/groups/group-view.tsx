'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { GroupDetail } from '#server/contracts/groups.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import { DataTable } from '../../patterns/data-table.tsx'
import { isMissing } from '../../patterns/failed-panel.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatCount, sayMany } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { Status } from '../../patterns/status.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { GroupNumbers } from './group-numbers.tsx'
import { LagChart } from './lag-chart.tsx'

type Facts = GroupDetail['data']

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
            <span>{sayMany(query.data.data.members, 'member')}</span>
            {query.data.data.protocol ? <span>{query.data.data.protocol} protocol</span> : null}
            <span>
              sampled <Ago at={query.data.data.sampledAt} />
            </span>
          </>
        ) : null
      }
    >
      <QueryPanel
        query={query}
        list={{ href: routes.groups(connection), title: 'All consumer groups' }}
        skeleton={<VerdictSkeleton />}
        degraded={({ degraded }) => degraded}
      >
        {({ data }) => (
          <div className="flex flex-col gap-3">
            <div className="flex items-baseline gap-3 rounded-base border border-line bg-panel px-4 py-3">
              <Status of="verdict" value={data.verdict.kind} className="shrink-0 font-strong" />
              <div>
                <p className="text-lead" data-verdict>
                  {data.verdict.sentence}
                </p>
                {data.margin ? (
                  <p className="text-muted" data-margin>
                    {data.margin.sentence}
                  </p>
                ) : null}
              </div>
            </div>
            <GroupNumbers data={data} />
          </div>
        )}
      </QueryPanel>
      {isMissing(query.error) ? null : <LagChart connection={connection} group={group} />}
      {query.data ? (
        <Section title={`Partitions (${query.data.data.partitions.length})`} padded={false}>
          <Partitions data={query.data.data} connection={connection} />
        </Section>
      ) : null}
    </PageShell>
  )
}

const VerdictSkeleton = () => (
  <div aria-hidden>
    <div className="flex h-12 items-center rounded-base border border-line bg-panel px-4">
      <Skeleton className="w-2/3" />
    </div>
    <div className="mt-3 grid grid-cols-5 gap-3 max-[1100px]:gap-2">
      {['Lag', 'Oldest unread', 'Rate in → out', 'Caught up in', 'Loses data'].map((name) => (
        <div key={name} className="rounded-base border border-line bg-panel px-3 py-2">
          <div className="text-small text-muted">{name}</div>
          <Skeleton className="w-2/3" />
        </div>
      ))}
    </div>
  </div>
)

const Partitions = ({ data, connection }: { readonly data: Facts; readonly connection: string }) => (
  <DataTable
    label="Partitions of the group"
    rows={data.partitions}
    rowKey={({ topic, partition }) => `${topic} ${partition}`}
    columns={[
      {
        id: 'topic',
        header: 'Topic',
        width: 'minmax(110px, 1fr)',
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
        width: '84px',
        align: 'right',
        cell: ({ committedOffset }) =>
          committedOffset === null ? <span className="text-faint">never</span> : formatCount(committedOffset),
      },
      {
        id: 'end',
        header: 'End',
        width: '84px',
        align: 'right',
        cell: ({ endOffset }) => formatCount(endOffset),
      },
      {
        id: 'lag',
        header: 'Lag',
        width: '68px',
        align: 'right',
        cell: ({ lagMessages }) => formatCount(lagMessages),
      },
      {
        id: 'oldest',
        header: 'Oldest unread',
        width: '104px',
        align: 'right',
        cell: ({ oldestUnreadAt }) => <Ago at={oldestUnreadAt} suffix="" />,
      },
      {
        id: 'client',
        header: 'Client',
        width: 'minmax(100px, 1fr)',
        cell: ({ clientId, host, memberId }) =>
          clientId === null ? (
            <span className="text-warning">nobody</span>
          ) : (
            <span title={`${memberId ?? clientId} on ${host ?? 'an unknown host'}`}>{clientId}</span>
          ),
      },
      {
        id: 'host',
        header: 'Host',
        width: '120px',
        isSecondary: true,
        mono: true,
        cell: ({ host }) => host ?? '',
      },
      {
        id: 'member',
        header: 'Member',
        width: 'minmax(120px, 1fr)',
        isSecondary: true,
        mono: true,
        cell: ({ memberId }) => <span title={memberId ?? undefined}>{memberId ?? ''}</span>,
      },
    ]}
  />
)
