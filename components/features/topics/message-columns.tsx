import Link from 'next/link'
import type { DecodedSide, MessageRow } from '#server/contracts/messages.ts'
import { routes } from '../../client/routes.ts'
import type { Column } from '../../patterns/data-table-types.ts'
import { LazyRowActions } from '../../patterns/lazy-message-actions.tsx'
import { formatBytes, formatCount } from '../../patterns/quantity.ts'
import { Time } from '../../patterns/time.tsx'
import { TraceCell } from '../../patterns/trace-cell.tsx'
import { oneLineOf } from './one-line.ts'

const oneLine = ({ kind, text, problem, isJson }: DecodedSide) => {
  if (kind === 'null') return <span className="text-faint">null</span>
  if (text === '') return <span className="text-faint">empty</span>
  return (
    <span title={text?.slice(0, 300)}>
      {problem === null ? null : <span className="mr-2 text-warning">undecoded</span>}
      {text === null ? null : oneLineOf(text, isJson)}
    </span>
  )
}

/** Columns of the messages of a topic. */
export const messageColumns = (connection: string): readonly Column<MessageRow>[] => [
  {
    id: 'time',
    header: 'Time',
    width: '104px',
    mono: true,
    cell: ({ timestampMs }) => <Time at={timestampMs} compact />,
  },
  { id: 'partition', header: 'Part.', width: '34px', align: 'right', cell: ({ partition }) => partition },
  {
    id: 'offset',
    header: 'Offset',
    width: '76px',
    align: 'right',
    cell: ({ topic, position, offset }) => (
      <Link href={routes.message(connection, topic, position)} className="link">
        {formatCount(offset)}
      </Link>
    ),
  },
  { id: 'key', header: 'Key', width: 'minmax(100px, 1fr)', mono: true, cell: ({ key }) => oneLine(key) },
  {
    id: 'value',
    header: 'Value',
    width: 'minmax(148px, 4fr)',
    mono: true,
    cell: ({ value, isTombstone, transaction }) => (
      <>
        {transaction === 'aborted' || transaction === 'open' ? (
          <span
            className="mr-2 text-warning"
            title={
              transaction === 'aborted'
                ? 'Written in a transaction that was aborted: readers of committed messages never see it.'
                : 'Written in a transaction that is still open: readers of committed messages do not see it yet.'
            }
          >
            {transaction}
          </span>
        ) : null}
        {isTombstone ? <span className="text-warning">null (tombstone)</span> : oneLine(value)}
      </>
    ),
  },
  {
    id: 'format',
    header: 'Format',
    width: '56px',
    isSecondary: true,
    cell: ({ value }) => (
      <span
        className={value.choice?.fits ? 'text-info' : 'text-muted'}
        title={value.choice?.fits ? `read as ${value.choice.name} by choice` : undefined}
      >
        {value.kind}
        {value.choice?.fits ? <span aria-hidden> ✎</span> : null}
        {value.choice?.fits ? <span className="sr-only"> by choice</span> : null}
      </span>
    ),
  },
  {
    id: 'size',
    header: 'Size',
    width: '56px',
    isSecondary: true,
    align: 'right',
    cell: ({ sizeBytes }) => formatBytes(sizeBytes),
  },
  {
    id: 'trace',
    header: 'Trace',
    width: '44px',
    cell: ({ traceId }) => <TraceCell connection={connection} traceId={traceId} />,
  },
  {
    id: 'actions',
    header: 'More',
    width: '36px',
    cell: ({ topic, position }) => (
      <LazyRowActions connection={connection} topic={topic} position={position} compact />
    ),
  },
]
