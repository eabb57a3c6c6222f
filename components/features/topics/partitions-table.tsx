'use client'
import type { PartitionRow, TopicDetail } from '#server/contracts/topics.ts'
import { Ago } from '../../patterns/ago.tsx'
import { DataTable } from '../../patterns/data-table.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { formatBytes, formatCount } from '../../patterns/quantity.ts'
import { saySkew } from './partition-skew.ts'

const messagesOf = ({ startOffset, endOffset }: PartitionRow): string | null =>
  startOffset === null || endOffset === null ? null : (BigInt(endOffset) - BigInt(startOffset)).toString()

const State = ({ leader, replicas, inSync }: PartitionRow) => {
  const away = replicas.filter((one) => !inSync.includes(one))
  if (leader === null)
    return (
      <span className="text-critical" title={`Its replicas are on brokers ${replicas.join(', ')}`}>
        offline: no leader, not readable
      </span>
    )
  if (away.length > 0)
    return (
      <span className="text-warning" title={`In sync: ${inSync.join(', ') || 'none'}`}>
        under-replicated: {away.length === 1 ? 'broker' : 'brokers'} {away.join(', ')} away or behind
      </span>
    )
  return <span className="text-muted">in sync</span>
}

/** Sizes of the replicas where they are worth telling apart: one lags behind, or was never truncated. */
const replicaTitle = ({ replicaSizes }: PartitionRow): string =>
  replicaSizes.map(({ broker, sizeBytes }) => `broker ${broker}: ${formatBytes(sizeBytes)}`).join(', ')

/** Columns of the partitions of a topic. `largest`: the size that fills the bar. */
export const partitionColumns = (largest: number): readonly Column<PartitionRow>[] => [
  {
    id: 'partition',
    header: 'Partition',
    width: '60px',
    align: 'right',
    cell: ({ partition }) => partition,
  },
  { id: 'state', header: 'State', width: 'minmax(92px, 1.6fr)', cell: (row) => <State {...row} /> },
  {
    id: 'leader',
    header: 'Leader',
    width: '64px',
    cell: ({ leader }) =>
      leader === null ? <span className="text-critical">none</span> : `broker ${leader}`,
  },
  {
    id: 'replicas',
    header: 'Replicas',
    width: 'minmax(52px, 1fr)',
    cell: ({ replicas, inSync }) => (
      <span title={`In sync: ${inSync.join(', ') || 'none'}`}>
        {replicas.map((one, index) => (
          <span key={one} className={inSync.includes(one) ? '' : 'text-warning line-through'}>
            {index === 0 ? '' : ', '}
            {one}
          </span>
        ))}
      </span>
    ),
  },
  {
    id: 'start',
    header: 'First offset',
    width: 'minmax(76px, 104px)',
    align: 'right',
    isSecondary: true,
    cell: ({ startOffset }) => formatCount(startOffset),
  },
  {
    id: 'end',
    header: 'End offset',
    width: 'minmax(76px, 104px)',
    align: 'right',
    cell: ({ endOffset }) => formatCount(endOffset),
  },
  {
    id: 'messages',
    header: 'Messages',
    width: 'minmax(76px, 104px)',
    align: 'right',
    cell: (row) => formatCount(messagesOf(row)),
  },
  {
    id: 'size',
    header: 'Size',
    width: 'minmax(112px, 150px)',
    cell: (row) => (
      <span className="flex items-center gap-2" title={replicaTitle(row)}>
        <span aria-hidden className="h-1.5 flex-1 overflow-hidden rounded-full bg-hover">
          <span
            className="block h-full bg-accent"
            style={{ width: `${largest === 0 ? 0 : (100 * Number(row.sizeBytes ?? 0)) / largest}%` }}
          />
        </span>
        <span className="w-16 text-right">{formatBytes(row.sizeBytes)}</span>
      </span>
    ),
  },
  {
    id: 'replica-sizes',
    header: 'On brokers',
    width: 'minmax(90px, 1fr)',
    isSecondary: true,
    cell: (row) => (
      <span className="text-muted" title={replicaTitle(row)}>
        {row.replicaSizes.length === 0
          ? '–'
          : row.replicaSizes
              .map(({ broker, sizeBytes }) => `${broker}: ${formatBytes(sizeBytes)}`)
              .join(' · ')}
      </span>
    ),
  },
  {
    id: 'last',
    header: 'Newest',
    width: '100px',
    align: 'right',
    cell: ({ lastMessageAt }) => <Ago at={lastMessageAt} />,
  },
]

/** Partitions of a topic: state in words, replicas, sizes with their skew, and when the newest message was made. */
export const PartitionsTable = ({ data }: { readonly data: TopicDetail['data'] }) => {
  const { partitionRows } = data
  const largest = Math.max(0, ...partitionRows.map(({ sizeBytes }) => Number(sizeBytes ?? 0)))
  return (
    <>
      <p className="border-b border-line px-3 py-1.5 text-muted">{saySkew(partitionRows)}</p>
      <DataTable
        label="Partitions"
        rows={partitionRows}
        rowKey={({ partition }) => String(partition)}
        columns={partitionColumns(largest)}
      />
    </>
  )
}
