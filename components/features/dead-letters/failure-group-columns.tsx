import Link from 'next/link'
import { titleOfConvention } from '#server/contracts/convention-titles.ts'
import type { FailureGroupRow } from '#server/contracts/failure-groups.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { formatCount } from '../../patterns/quantity.ts'
import { Sparkline } from '../../patterns/sparkline.tsx'
import { Status, statuses } from '../../patterns/status.tsx'
import { TimeLeft } from '../../patterns/time-left.tsx'
import { shortClass, titleOfFailure, titleOfRegression } from './failure-words.ts'

/** Columns of the inbox. */
export const failureGroupColumns = (connection: string): readonly Column<FailureGroupRow>[] => [
  {
    id: 'trend',
    header: 'Last hour',
    width: '100px',
    cell: ({ trend, count }) => (
      <Sparkline points={trend} label={`${count} dead letters; deaths a minute over the last hour`} bars />
    ),
  },
  { id: 'count', header: 'Count', width: '52px', align: 'right', cell: ({ count }) => formatCount(count) },
  {
    id: 'what',
    header: 'What',
    width: 'minmax(170px, 3fr)',
    cell: (group) => (
      <span className="flex min-w-0 items-baseline gap-2">
        <Link
          href={routes.failureGroup(connection, group.id)}
          className="link shrink-0 font-strong"
          title={group.rootCause ?? undefined}
        >
          {shortClass(group.rootCause ?? group.errorClass) ?? 'Unknown error'}
        </Link>
        <span className="min-w-0 truncate text-muted" title={titleOfFailure(group)}>
          {group.frame === null ? (group.message ?? '') : `at ${group.frame}`}
          {group.isPointer ? ' · no payload, a pointer' : ''}
        </span>
      </span>
    ),
  },
  {
    id: 'where',
    header: 'Where',
    width: 'minmax(110px, 1.2fr)',
    mono: true,
    cell: ({ originTopic, group, confidence }) => (
      <span
        title={`${originTopic ?? 'unknown topic'} → ${group ?? 'unknown group'}. Origin: ${statuses.confidence[confidence].meaning}`}
      >
        {originTopic ?? '?'}
        {confidence === 'guess' ? <span className="font-sans text-muted"> (guessed)</span> : null} →{' '}
        {group ?? <span className="text-faint">unknown</span>}
      </span>
    ),
  },
  {
    id: 'convention',
    header: 'Written by',
    width: '116px',
    isSecondary: true,
    cell: ({ conventions }) => {
      const titles = conventions.map(titleOfConvention).join(', ')
      return (
        <span className="text-muted" title={titles}>
          {titles}
        </span>
      )
    },
  },
  { id: 'last', header: 'Last seen', width: '88px', cell: ({ lastSeenAt }) => <Ago at={lastSeenAt} /> },
  {
    id: 'expires',
    header: 'First expires',
    width: '88px',
    cell: ({ firstExpiresAt }) => <TimeLeft until={firstExpiresAt} />,
  },
  {
    id: 'origin-expires',
    header: 'Origin goes',
    width: '88px',
    isSecondary: true,
    cell: ({ originExpiresAt }) => <TimeLeft until={originExpiresAt} />,
  },
  {
    id: 'assignee',
    header: 'Who',
    width: '84px',
    isSecondary: true,
    cell: ({ assignee }) => (assignee === null ? <span className="text-faint">–</span> : assignee),
  },
  {
    id: 'state',
    header: 'State',
    width: '112px',
    cell: ({ state, regression }) => (
      <span className="flex min-w-0 items-center gap-1.5">
        <Status of="failureGroup" value={state} />
        {regression === null ? null : (
          <span className="truncate text-small text-critical" title={titleOfRegression(regression)}>
            again
          </span>
        )}
      </span>
    ),
  },
]
