import Link from 'next/link'
import { Fragment } from 'react'
import type { TopicRow } from '#server/contracts/topics.ts'
import { routes } from '../../client/routes.ts'
import type { Column } from '../../patterns/data-table-types.ts'
import { formatBytes, formatCount, formatDuration, formatRate } from '../../patterns/quantity.ts'

const kindWords = {
  ordinary: '',
  internal: 'internal',
  'dead-letter': 'dead letters',
  retry: 'retry',
} as const

const retention = ({ retentionMs, retentionBytes, cleanupPolicy }: TopicRow): string => {
  if (cleanupPolicy === 'compact') return 'compacted'
  const byTime =
    retentionMs === null ? '–' : retentionMs === '-1' ? 'for ever' : formatDuration(Number(retentionMs))
  const bySize = retentionBytes === null || retentionBytes === '-1' ? '' : ` · ${formatBytes(retentionBytes)}`
  return `${byTime}${bySize}${cleanupPolicy.includes('compact') ? ' · compacted' : ''}`
}

/** Columns of the list of topics. */
export const topicColumns = (connection: string): readonly Column<TopicRow>[] => [
  {
    id: 'name',
    header: 'Topic',
    width: 'minmax(150px, 2.4fr)',
    sortable: true,
    cell: ({ name, kind, offline, underReplicated }) => (
      <span className="flex items-center gap-2">
        <Link
          href={routes.topic(connection, name)}
          className="link truncate font-mono text-small"
          title={name}
        >
          {name}
        </Link>
        {kindWords[kind] === '' ? null : (
          <span className="shrink-0 text-small text-faint">{kindWords[kind]}</span>
        )}
        {offline > 0 ? <span className="shrink-0 text-small text-critical">{offline} offline</span> : null}
        {underReplicated > 0 ? (
          <span className="shrink-0 text-small text-warning">{underReplicated} under-replicated</span>
        ) : null}
      </span>
    ),
  },
  {
    id: 'partitions',
    header: 'Partitions',
    width: '72px',
    isSecondary: true,
    align: 'right',
    sortable: true,
    cell: ({ partitions }) => formatCount(partitions),
  },
  {
    id: 'messages',
    header: 'Messages',
    width: '88px',
    align: 'right',
    sortable: true,
    cell: ({ messages, messagesAreUpperBound }) => (
      <span title={messagesAreUpperBound ? 'Upper bound: the topic is compacted' : undefined}>
        {messagesAreUpperBound && messages !== null ? '≤ ' : ''}
        {formatCount(messages)}
      </span>
    ),
  },
  {
    id: 'rate',
    header: 'Rate',
    width: '64px',
    align: 'right',
    sortable: true,
    cell: ({ producedPerSecond }) => formatRate(producedPerSecond),
  },
  {
    id: 'size',
    header: 'Size',
    width: '68px',
    align: 'right',
    sortable: true,
    cell: ({ sizeBytes }) => formatBytes(sizeBytes),
  },
  {
    id: 'retention',
    header: 'Retention',
    width: '92px',
    cell: (row) => <span className="text-muted">{retention(row)}</span>,
  },
  {
    id: 'groups',
    header: 'Read by',
    width: 'minmax(110px, 1.4fr)',
    cell: ({ groups }) =>
      groups.length === 0 ? (
        <span className="text-faint">nobody</span>
      ) : (
        <span title={groups.map(({ group }) => group).join(', ')} className="font-mono text-small text-faint">
          {groups.slice(0, 3).map(({ group }, index) => (
            <Fragment key={group}>
              {index === 0 ? '' : ', '}
              <Link href={routes.group(connection, group)} className="link">
                {group}
              </Link>
            </Fragment>
          ))}
          {groups.length > 3 ? ` +${groups.length - 3}` : ''}
        </span>
      ),
  },
  {
    id: 'lag',
    header: 'Lag',
    width: '68px',
    align: 'right',
    sortable: true,
    cell: ({ lagMessages }) => formatCount(lagMessages),
  },
]
