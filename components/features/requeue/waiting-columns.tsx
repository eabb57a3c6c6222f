import Link from 'next/link'
import type { WaitingList } from '#server/contracts/requeues.ts'
import { routes } from '../../client/routes.ts'
import type { Column } from '../../patterns/data-table-types.ts'
import { LastReplayLink } from '../../patterns/last-replay-link.tsx'
import { TimeLeft } from '../../patterns/time-left.tsx'
import { TraceCell } from '../../patterns/trace-cell.tsx'

type Row = WaitingList['records'][number]

/** Columns of the messages that wait in a retry topic. */
export const waitingColumns = (connection: string, topic: string): readonly Column<Row>[] => [
  {
    id: 'due',
    header: 'Due',
    width: '96px',
    cell: ({ dueAt }) =>
      dueAt === null ? <span className="text-faint">not told</span> : <TimeLeft until={dueAt} isCalm />,
  },
  {
    id: 'key',
    header: 'Key',
    width: 'minmax(96px, 1fr)',
    mono: true,
    cell: ({ position, keyText }) => (
      <Link href={routes.message(connection, topic, position)} className="link">
        {keyText ?? <span className="text-faint">null</span>}
      </Link>
    ),
  },
  {
    id: 'error',
    header: 'Failed with',
    width: 'minmax(120px, 3fr)',
    cell: ({ errorClass, message }) => {
      const text = [errorClass, message].filter((one) => one !== null).join(': ')
      return text === '' ? <span className="text-faint">not told</span> : <span title={text}>{text}</span>
    },
  },
  {
    id: 'attempts',
    header: 'Attempts',
    width: '60px',
    align: 'right',
    cell: ({ attempts }) => attempts ?? <span className="text-faint">–</span>,
  },
  { id: 'position', header: 'Position', width: '76px', mono: true, cell: ({ position }) => position },
  {
    id: 'requeued',
    header: 'Requeued',
    width: '92px',
    cell: ({ lastReplay }) =>
      lastReplay === null ? (
        <span className="text-faint">no</span>
      ) : (
        <LastReplayLink connection={connection} replay={lastReplay} />
      ),
  },
  {
    id: 'trace',
    header: 'Trace',
    width: '40px',
    cell: ({ traceId }) => <TraceCell connection={connection} traceId={traceId} />,
  },
]
