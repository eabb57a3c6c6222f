import Link from 'next/link'
import { titleOfConvention } from '#server/contracts/convention-titles.ts'
import type { FailureGroupRow } from '#server/contracts/failure-groups.ts'
import { shortClass } from '#server/contracts/short-class.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { formatCount } from '../../patterns/quantity.ts'
import { Sparkline } from '../../patterns/sparkline.tsx'
import { Status, statuses } from '../../patterns/status.tsx'
import { Expiry } from './expiry.tsx'
import { sayKeys, titleOfFailure, titleOfRegression } from './failure-words.ts'

/** Columns of the inbox, two lines a row: what failed and where in the code; from where to whom, and which services. */
export const failureGroupColumns = (connection: string): readonly Column<FailureGroupRow>[] => [
  {
    id: 'growing',
    header: 'Last hour',
    width: '68px',
    sortable: true,
    cell: ({ trend, count }) => (
      <Sparkline
        points={trend}
        width={68}
        height={28}
        label={`${count} dead letters; deaths a minute over the last hour`}
        bars
      />
    ),
  },
  {
    id: 'count',
    header: 'Letters',
    width: '56px',
    align: 'right',
    sortable: true,
    cell: ({ count }) => formatCount(count),
  },
  {
    id: 'what',
    header: 'What',
    width: 'minmax(140px, 5fr)',
    cell: (group) => (
      <span className="block min-w-0" title={titleOfFailure(group)}>
        <span className="flex min-w-0 items-baseline gap-2">
          <Link
            href={routes.failureGroup(connection, group.id)}
            className="link max-w-full shrink-0 truncate font-strong"
          >
            {shortClass(group.rootCause ?? group.errorClass) ?? 'Unknown error'}
          </Link>
          {group.frame === null ? null : (
            <span className="min-w-0 truncate text-muted">{group.message ?? ''}</span>
          )}
        </span>
        <span className="block truncate text-small text-muted">
          {group.frame === null ? (group.message ?? 'no message') : `at ${group.frame}`}
          {group.isPointer ? ' · no payload, a pointer' : ''}
        </span>
      </span>
    ),
  },
  {
    id: 'where',
    header: 'Where',
    width: 'minmax(104px, 3fr)',
    cell: ({ originTopic, group, confidence, services, conventions }) => {
      const titles = conventions.map(titleOfConvention).join(', ')
      return (
        <span
          className="block min-w-0"
          title={`${originTopic ?? 'unknown topic'} → ${group ?? 'unknown group'}. Origin: ${statuses.confidence[confidence].meaning} Written by ${titles}. ${services.length === 0 ? 'No trace tells its services.' : `Services in its traces: ${services.join(', ')}.`}`}
        >
          <span className="block truncate font-mono text-small">
            {originTopic ?? '?'}
            {confidence === 'guess' ? <span className="font-sans text-muted"> (guessed)</span> : null} →{' '}
            {group ?? <span className="text-faint">unknown</span>}
          </span>
          <span className="block truncate text-small text-muted">
            {services.length === 0 ? titles : services.join(', ')}
          </span>
        </span>
      )
    },
  },
  {
    id: 'keys',
    header: 'Keys',
    width: '64px',
    align: 'right',
    sortable: true,
    isSecondary: true,
    cell: ({ keys }) =>
      keys === null ? (
        <span className="text-faint" title="They are being counted.">
          –
        </span>
      ) : (
        <span title={keys.isExact ? 'Different keys, counted' : 'Different keys, estimated within some 2 %'}>
          {sayKeys(keys)}
        </span>
      ),
  },
  {
    id: 'last',
    header: 'Last seen',
    width: '128px',
    sortable: true,
    isSecondary: true,
    cell: ({ firstSeenAt, lastSeenAt }) => (
      <span className="block min-w-0">
        <span className="block truncate">
          <Ago at={lastSeenAt} />
        </span>
        <span className="block truncate text-small text-muted" title="First seen">
          first <Ago at={firstSeenAt} />
        </span>
      </span>
    ),
  },
  {
    id: 'expires',
    header: 'Expires',
    width: 'minmax(160px, 196px)',
    sortable: true,
    cell: (group) => <Expiry group={group} />,
  },
  {
    id: 'state',
    header: 'State',
    width: '100px',
    cell: ({ state, regression, assignee }) => (
      <span className="block min-w-0">
        <span className="flex min-w-0 items-center gap-1.5">
          <Status of="failureGroup" value={state} />
          {regression === null ? null : (
            <span className="truncate text-small text-critical" title={titleOfRegression(regression)}>
              again
            </span>
          )}
        </span>
        <span className={`block truncate text-small ${assignee === null ? 'text-faint' : 'text-muted'}`}>
          {assignee ?? 'nobody'}
        </span>
      </span>
    ),
  },
]
