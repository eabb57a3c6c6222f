import Link from 'next/link'
import { Fragment } from 'react'
import type { TopicFormats, TopicRow } from '#server/contracts/topics.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { formatBytes, formatCount, formatDuration, formatRate, sayMany } from '../../patterns/quantity.ts'

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

const retentionTitle = ({ retentionMs, retentionBytes, cleanupPolicy }: TopicRow): string =>
  [
    `cleanup.policy ${cleanupPolicy || 'not known'}`,
    `retention.ms ${retentionMs ?? 'not known'}`,
    `retention.bytes ${retentionBytes ?? 'not known'} a partition`,
  ].join(', ')

const formatWords: Readonly<Record<string, string>> = {
  avro: 'Avro',
  protobuf: 'Protobuf',
  'json-schema': 'JSON Schema',
  json: 'JSON',
  cloudevent: 'CloudEvent',
  msgpack: 'MessagePack',
  cbor: 'CBOR',
  xml: 'XML',
  text: 'text',
  bytes: 'bytes',
}
const sayFormats = (kinds: readonly string[]): string =>
  kinds.map((kind) => formatWords[kind] ?? kind).join(', ')

type Formats = ReadonlyMap<string, TopicFormats['topics'][number]>

const Format = ({ topic, formats }: { readonly topic: string; readonly formats: Formats }) => {
  const sample = formats.get(topic)
  if (sample === undefined)
    return (
      <span className="text-faint" title="Not sampled yet">
        …
      </span>
    )
  if (sample.problem !== null && sample.value.length + sample.key.length === 0)
    return (
      <span className="text-faint" title={sample.problem}>
        not read
      </span>
    )
  if (sample.messages === 0) return <span className="text-faint">–</span>
  const sampled = `Of the newest ${sayMany(sample.messages, 'message')}, sampled ${new Date(sample.sampledAt).toISOString()}: values ${sayFormats(sample.value) || 'all null'}, keys ${sayFormats(sample.key) || 'all null'}${sample.problem === null ? '' : `; it could not be sampled since: ${sample.problem}`}`
  return <span title={sampled}>{sayFormats(sample.value) || 'null'}</span>
}

/** Columns that the list of topics always shows. */
export const fixedTopicColumns: readonly string[] = ['name']

/** Columns of the list of topics. `formats`: what the newest messages decode as, by topic, as far as it is known. */
export const topicColumns = (
  connection: string,
  formats: Formats = new Map(),
): readonly Column<TopicRow>[] => [
  {
    id: 'name',
    header: 'Topic',
    width: 'minmax(150px, 2.4fr)',
    sortable: true,
    cell: ({ name, kind, offline, underReplicated, partitions }) => (
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
        {offline > 0 ? (
          <span
            className="shrink-0 text-small text-critical"
            title={`${offline} of ${sayMany(partitions, 'partition')} without a leader: neither to be read nor written`}
          >
            {offline} offline
          </span>
        ) : null}
        {underReplicated > 0 ? (
          <span
            className="shrink-0 text-small text-warning"
            title={`${underReplicated} of ${sayMany(partitions, 'partition')} with replicas that are away or behind`}
          >
            {underReplicated} under-replicated
          </span>
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
    cell: ({ partitions, replicationFactor }) => (
      <span title={`${sayMany(replicationFactor, 'replica')} of each`}>{formatCount(partitions)}</span>
    ),
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
    id: 'last',
    header: 'Newest',
    width: '100px',
    align: 'right',
    sortable: true,
    cell: ({ lastMessageAt }) => <Ago at={lastMessageAt} />,
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
    isSecondary: true,
    sortable: true,
    cell: (row) => (
      <span className="text-muted" title={retentionTitle(row)}>
        {retention(row)}
      </span>
    ),
  },
  {
    id: 'format',
    header: 'Format',
    width: '88px',
    isSecondary: true,
    cell: ({ name }) => <Format topic={name} formats={formats} />,
  },
  {
    id: 'groups',
    header: 'Read by',
    width: 'minmax(110px, 1.4fr)',
    cell: ({ groups }) =>
      groups === null ? (
        <span className="text-faint" title="No worker has sampled who reads.">
          –
        </span>
      ) : groups.length === 0 ? (
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
