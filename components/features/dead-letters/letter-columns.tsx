import Link from 'next/link'
import type { DeadLetterRow } from '#server/contracts/failure-groups.ts'
import { shortClass } from '#server/contracts/short-class.ts'
import { routes } from '../../client/routes.ts'
import type { Column } from '../../patterns/data-table-types.ts'
import { LastReplayLink } from '../../patterns/last-replay-link.tsx'
import { Status } from '../../patterns/status.tsx'
import { TraceCell } from '../../patterns/trace-cell.tsx'
import { DiedAt } from './died-at.tsx'

/**
 * Columns of letters. `withTopic`: they come from several dead-letter topics, and a position alone says little;
 * `withError`: they died of several errors, or nothing else on the page tells of which, and a message alone says little.
 */
export const letterColumns = (
  connection: string,
  { withTopic, withError }: { readonly withTopic: boolean; readonly withError: boolean },
): readonly Column<DeadLetterRow>[] => [
  { id: 'died', header: 'Died', width: '104px', mono: true, cell: (letter) => <DiedAt letter={letter} /> },
  {
    id: 'key',
    header: 'Key',
    width: 'minmax(112px, 1fr)',
    mono: true,
    cell: ({ id, keyText }) => (
      <Link href={routes.deadLetter(connection, id)} className="link">
        {keyText?.trim() ? (
          keyText
        ) : (
          <span className="text-faint">{keyText === null ? 'null' : 'empty'}</span>
        )}
      </Link>
    ),
  },
  {
    id: 'message',
    header: withError ? 'Error' : 'Message',
    width: 'minmax(96px, 3fr)',
    cell: ({ errorClass, message, isPointer, originTopic, originPosition }) => (
      <span title={[errorClass, message].filter(Boolean).join(': ') || undefined}>
        {withError && errorClass ? <span className="font-strong">{shortClass(errorClass)} </span> : null}
        {message ?? <span className="text-faint">none</span>}
        {isPointer ? (
          <span className="text-muted">
            {' '}
            · no payload, points to {originTopic ?? '?'}/{originPosition ?? '?'}
          </span>
        ) : null}
      </span>
    ),
  },
  ...(withTopic ? [topicColumn(connection)] : []),
  {
    id: 'position',
    header: 'Position',
    width: '84px',
    mono: true,
    cell: ({ topic, position }) => <span title={`${topic} ${position}`}>{position}</span>,
  },
  {
    id: 'attempts',
    header: 'Attempts',
    width: '60px',
    align: 'right',
    isSecondary: true,
    cell: ({ attempts }) => attempts ?? <span className="text-faint">–</span>,
  },
  {
    id: 'replay',
    header: 'Standing',
    width: '88px',
    cell: ({ lastReplay, disposition, parkedBy }) =>
      disposition ? (
        <span title={`By ${disposition.actor} because: ${disposition.reason}`}>
          <Status of="disposition" value={disposition.kind} />
        </span>
      ) : lastReplay === null && parkedBy ? (
        <Link
          href={routes.replay(connection, parkedBy.replayId)}
          className="link"
          title={`Parked by hand from a retry topic, by replay #${parkedBy.number}`}
        >
          parked #{parkedBy.number}
        </Link>
      ) : lastReplay === null ? (
        <span className="text-faint">open</span>
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

const topicColumn = (connection: string): Column<DeadLetterRow> => ({
  id: 'topic',
  header: 'Dead-letter topic',
  width: 'minmax(100px, 1.2fr)',
  mono: true,
  cell: ({ topic }) => (
    <Link href={routes.topic(connection, topic)} className="link" title={topic}>
      {topic}
    </Link>
  ),
})
