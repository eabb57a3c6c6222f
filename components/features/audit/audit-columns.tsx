import type { AuditEntry } from '#server/contracts/audit.ts'
import type { Column } from '../../patterns/data-table-types.ts'
import { Status } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'
import { TimedText } from '../../patterns/timed-text.tsx'

/** Columns of the list of entries. */
export const auditColumns: readonly Column<AuditEntry>[] = [
  { id: 'at', header: 'When', width: '108px', mono: true, cell: ({ atMs }) => <Time at={atMs} compact /> },
  {
    id: 'actor',
    header: 'Who',
    width: 'minmax(88px, 1fr)',
    cell: ({ actor }) => <span title={actor}>{actor}</span>,
  },
  {
    id: 'action',
    header: 'Did',
    width: 'minmax(128px, 1fr)',
    cell: ({ action }) => <span title={action}>{action}</span>,
  },
  {
    id: 'target',
    header: 'To',
    width: 'minmax(88px, 1fr)',
    mono: true,
    cell: ({ target }) => <span title={target}>{target}</span>,
  },
  {
    id: 'reason',
    header: 'Why',
    width: 'minmax(96px, 1.5fr)',
    cell: ({ reason }) =>
      reason === '' ? <span className="text-faint">–</span> : <span title={reason}>{reason}</span>,
  },
  {
    id: 'result',
    header: 'Result',
    width: '84px',
    cell: ({ result }) => <Status of="audit" value={result} />,
  },
  {
    id: 'detail',
    header: 'Detail',
    width: 'minmax(160px, 3.5fr)',
    cell: ({ detail }) => (
      <span title={detail}>
        <TimedText text={detail} />
      </span>
    ),
  },
  {
    id: 'connection',
    header: 'Connection',
    width: '88px',
    isSecondary: true,
    cell: ({ connection }) => connection ?? '',
  },
]
