'use client'
import Link from 'next/link'
import type { ReplayList, ReplaySummary } from '#server/contracts/replays.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { useGrowingList } from '../../client/use-growing-list.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { GrowingList } from '../../patterns/growing-list.tsx'
import { PageShell } from '../../patterns/page-shell.tsx'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Status } from '../../patterns/status.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { Time } from '../../patterns/time.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { shownState } from './shown-state.ts'
import { WaitingEdits } from './waiting-edits.tsx'

const columns = (connection: string): readonly Column<ReplaySummary>[] => [
  {
    id: 'number',
    header: 'Replay',
    width: '56px',
    cell: ({ id, number }) => (
      <Link href={routes.replay(connection, id)} className="link">
        #{number}
      </Link>
    ),
  },
  {
    id: 'state',
    header: 'State',
    width: '100px',
    cell: (replay) => <Status of="replay" value={shownState(replay)} />,
  },
  {
    id: 'title',
    header: 'Of',
    width: 'minmax(110px, 2fr)',
    cell: ({ title }) => <span title={title}>{title}</span>,
  },
  {
    id: 'targets',
    header: 'To',
    width: 'minmax(100px, 1fr)',
    isSecondary: true,
    mono: true,
    cell: ({ targets, targetConnection }) =>
      `${targets.join(', ')}${targetConnection ? ` on ${targetConnection.name}` : ''}`,
  },
  {
    id: 'sent',
    header: 'Sent',
    width: '96px',
    align: 'right',
    cell: ({ sent, total }) => `${formatCount(sent)} of ${formatCount(total)}`,
  },
  {
    id: 'settled',
    header: 'Settled',
    width: '64px',
    align: 'right',
    cell: ({ outcomes }) => formatCount(outcomes.SETTLED),
  },
  {
    id: 'returned',
    header: 'Returned',
    width: '68px',
    align: 'right',
    cell: ({ outcomes }) => (
      <span className={outcomes.RETURNED > 0 ? 'text-critical' : ''}>{formatCount(outcomes.RETURNED)}</span>
    ),
  },
  { id: 'by', header: 'By', width: '120px', isSecondary: true, cell: ({ startedBy }) => startedBy },
  {
    id: 'started',
    header: 'Started',
    width: '176px',
    cell: ({ createdAt }) => <Time at={createdAt} short relative />,
  },
]

const rowsIn = {
  read: ({ replays }: ReplayList) => replays,
  write: (page: ReplayList, replays: readonly ReplaySummary[]): ReplayList => ({
    ...page,
    replays: [...replays],
  }),
}

/** All replays, newest first. */
export const ReplaysView = ({ connection }: { readonly connection: string }) => {
  const growing = useGrowingList({
    endpoint: endpoints.listReplays,
    input: { params: { connection } },
    rowsIn,
    keyOf: ({ id }: ReplaySummary) => id,
  })
  return (
    <PageShell title="Replays">
      <WaitingEdits connection={connection} />
      <div className="overflow-hidden rounded-base border border-line bg-panel">
        <GrowingList {...growing} more="Older replays">
          <QueryPanel
            query={growing.panel}
            skeleton={<TableSkeleton rows={6} columns={columns(connection)} />}
            isEmpty={() => growing.rows.length === 0}
            empty={{
              title: 'Nothing has been replayed yet',
              text: 'Open a failure group, or choose letters in it, and plan a replay. Nothing is sent before you have seen the plan.',
              action: <LinkButton href={routes.deadLetters(connection)}>Dead letters</LinkButton>,
            }}
          >
            {() => (
              <DataTable
                label="Replays"
                columns={columns(connection)}
                rows={growing.rows}
                rowKey={({ id }) => id}
                rowHref={({ id }) => routes.replay(connection, id)}
              />
            )}
          </QueryPanel>
        </GrowingList>
      </div>
    </PageShell>
  )
}
