import { CircleX } from 'lucide-react'
import Link from 'next/link'
import type { TraceRow } from '#server/contracts/traces.ts'
import { routes } from '../../client/routes.ts'
import type { Column } from '../../patterns/data-table-types.ts'
import { formatNanoseconds, sayMany } from '../../patterns/quantity.ts'
import { serviceColour } from '../../patterns/service-colour.ts'
import { Time } from '../../patterns/time.tsx'

/** Columns of the list of traces; durations are drawn beside the longest one shown. */
export const traceColumns = (connection: string, longestNs: number): readonly Column<TraceRow>[] => [
  {
    id: 'start',
    header: 'Start',
    width: '104px',
    mono: true,
    cell: ({ startMs }) => <Time at={startMs} compact />,
  },
  {
    id: 'root',
    header: 'Trace',
    width: 'minmax(180px, 2fr)',
    cell: ({ traceId, rootName, rootService }) => (
      <span className="flex min-w-0 items-center gap-2">
        <span
          aria-hidden
          className="size-2 shrink-0 rounded-full"
          style={{ background: serviceColour(rootService) }}
        />
        <span className="shrink-0 text-muted">{rootService}</span>
        <Link href={routes.trace(connection, traceId)} className="link truncate" title={rootName}>
          {rootName}
        </Link>
      </span>
    ),
  },
  {
    id: 'services',
    header: 'Reached',
    width: 'minmax(130px, 1.5fr)',
    cell: ({ services }) => (
      <span className="text-muted" title={services.join(', ')}>
        {sayMany(services.length, 'service')}: {services.join(', ')}
      </span>
    ),
  },
  { id: 'spans', header: 'Spans', width: '48px', align: 'right', cell: ({ spans }) => spans },
  {
    id: 'errors',
    header: 'Errors',
    width: '56px',
    align: 'right',
    cell: ({ errors }) =>
      errors === 0 ? (
        <span className="text-faint">0</span>
      ) : (
        <span className="inline-flex items-center gap-1 text-critical">
          <CircleX aria-hidden size={13} />
          {errors}
        </span>
      ),
  },
  {
    id: 'duration',
    header: 'Duration',
    width: '150px',
    cell: ({ durationNs }) => (
      <span className="flex items-center gap-2">
        <span className="w-18 shrink-0 text-right">{formatNanoseconds(durationNs)}</span>
        <span aria-hidden className="h-1.5 flex-1">
          <span
            className="block h-full rounded-small bg-line-strong"
            style={{ width: `${Math.max(1, (100 * Number(durationNs)) / longestNs)}%` }}
          />
        </span>
      </span>
    ),
  },
]
