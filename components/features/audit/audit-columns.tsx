import type { AuditEntry } from '#server/contracts/audit.ts'
import type { Column } from '../../patterns/data-table-types.ts'
import { Status } from '../../patterns/status.tsx'
import { Time } from '../../patterns/time.tsx'

/** Columns of the list of entries. */
export const auditColumns: readonly Column<AuditEntry>[] = [
  { id: 'at', header: 'When', width: '140px', mono: true, cell: ({ atMs }) => <Time at={atMs} short /> },
  { id: 'actor', header: 'Who', width: '104px', cell: ({ actor }) => <span title={actor}>{actor}</span> },
  { id: 'action', header: 'Did', width: '132px', cell: ({ action }) => <span title={action}>{action}</span> },
  {
    id: 'target',
    header: 'To',
    width: 'minmax(112px, 1fr)',
    mono: true,
    cell: ({ target }) => <span title={target}>{target}</span>,
  },
  {
    id: 'reason',
    header: 'Why',
    width: 'minmax(96px, 1fr)',
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
    width: 'minmax(120px, 2fr)',
    cell: ({ detail }) => <span title={detail}>{detail}</span>,
  },
  {
    id: 'connection',
    header: 'Connection',
    width: '88px',
    isSecondary: true,
    cell: ({ connection }) => connection ?? '',
  },
]
