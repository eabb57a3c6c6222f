'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { ReplayReturn } from '#server/contracts/replay-returns.ts'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { routes } from '../../client/routes.ts'
import { DataTable } from '../../patterns/data-table.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { formatCount } from '../../patterns/quantity.ts'
import { QueryPanel } from '../../patterns/query-panel.tsx'
import { Section } from '../../patterns/section.tsx'
import { TableSkeleton } from '../../patterns/table-skeleton.tsx'
import { TraceCell } from '../../patterns/trace-cell.tsx'
import { Button } from '../../ui/button.tsx'

const columns = (
  connection: string,
  shown: string | null,
  show: (failureGroupId: string | null) => void,
): readonly Column<ReplayReturn>[] => [
  {
    id: 'same',
    header: 'Compared',
    width: '96px',
    cell: ({ sameError }) => (sameError ? 'same error' : <span className="text-warning">new error</span>),
  },
  {
    id: 'count',
    header: 'Copies',
    width: '64px',
    align: 'right',
    mono: true,
    cell: ({ count }) => formatCount(count),
  },
  {
    id: 'error',
    header: 'Error',
    width: 'minmax(240px, 4fr)',
    cell: ({ failureGroupId, errorClass, message, frame, connection: own = connection }) => (
      <Link
        href={routes.failureGroup(own, failureGroupId)}
        className="link"
        title={[errorClass, message, frame].filter((one) => one !== null).join('\n')}
      >
        {errorClass ?? 'unknown error'}
        {message === null ? null : <span className="text-muted"> {message}</span>}
      </Link>
    ),
  },
  {
    id: 'letters',
    header: 'Items',
    width: '112px',
    cell: ({ failureGroupId, count }) => (
      <Button
        size="small"
        aria-pressed={shown === failureGroupId}
        onClick={() => show(shown === failureGroupId ? null : failureGroupId)}
      >
        {shown === failureGroupId ? 'Show all' : `Show ${formatCount(count)}`}
      </Button>
    ),
  },
  {
    id: 'letter',
    header: 'Newest',
    width: '104px',
    cell: ({ letterId, connection: own = connection }) => (
      <Link href={routes.deadLetter(own, letterId)} className="link">
        letter {letterId}
      </Link>
    ),
  },
  {
    id: 'trace',
    header: 'Trace',
    width: '52px',
    cell: ({ traceId }) => <TraceCell connection={connection} traceId={traceId} />,
  },
]

/** Copies that died again, by their error: each a click away from its items, letters and traces. */
export const ReplayReturns = ({
  connection,
  replayId,
  returned,
  shown,
  show,
}: {
  readonly connection: string
  readonly replayId: string
  /** How many have returned by now. */
  readonly returned: number
  /** The failure group whose items alone are shown below. */
  readonly shown: string | null
  readonly show: (failureGroupId: string | null) => void
}) => {
  const query = useQuery({
    ...endpointQuery(endpoints.listReplayReturns, { params: { connection, id: replayId } }),
    refetchInterval: 5_000,
  })
  return (
    <Section title="Returned by error" padded={false} aside={<span>{formatCount(returned)} died again</span>}>
      <QueryPanel
        query={query}
        skeleton={<TableSkeleton rows={2} columns={columns(connection, shown, show)} />}
        isEmpty={({ returns }) => returns.length === 0}
        empty={{
          title: 'Their letters are not there any more',
          text: 'The dead-letter topic that they came back to was deleted or made anew.',
        }}
      >
        {({ returns }) => (
          <DataTable
            label="Errors of copies that returned"
            columns={columns(connection, shown, show)}
            rows={returns}
            rowKey={({ failureGroupId, sameError }) => `${failureGroupId} ${sameError}`}
          />
        )}
      </QueryPanel>
    </Section>
  )
}
