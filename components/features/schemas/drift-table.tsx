import Link from 'next/link'
import type { SchemaDrift } from '#server/contracts/schemas.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import { DataTable } from '../../patterns/data-table.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { DriftVersionLink } from '../../patterns/schema-drifts.tsx'
import { Status } from '../../patterns/status.tsx'

const contractOf = (connection: string, topic: string): string =>
  `${routes.topic(connection, topic)}?tab=schema`

const driftColumns = (connection: string): readonly Column<SchemaDrift>[] => [
  {
    id: 'kind',
    header: 'Drift',
    width: '132px',
    cell: ({ kind }) => <Status of="schemaDrift" value={kind} />,
  },
  {
    id: 'topic',
    header: 'Topic',
    width: 'minmax(140px, 1fr)',
    cell: ({ topic, side }) => (
      <span className="flex items-baseline gap-2">
        <Link
          href={contractOf(connection, topic)}
          className="link truncate font-mono text-small"
          title={topic}
        >
          {topic}
        </Link>
        <span className="shrink-0 text-faint">{side}</span>
      </span>
    ),
  },
  {
    id: 'sentence',
    header: 'What was seen',
    width: 'minmax(200px, 2.4fr)',
    cell: ({ sentence, kind }) => (
      <span data-drift={kind} className="block truncate" title={sentence}>
        {sentence}
      </span>
    ),
  },
  {
    id: 'example',
    header: 'Message',
    width: '96px',
    cell: ({ topic, example }) =>
      example === null ? null : (
        <Link
          href={routes.message(connection, topic, example)}
          className="link block truncate font-mono text-small"
        >
          {example}
        </Link>
      ),
  },
  {
    id: 'version',
    header: 'Why',
    width: '170px',
    isSecondary: true,
    cell: (drift) => <DriftVersionLink connection={connection} drift={drift} />,
  },
  {
    id: 'sampled',
    header: 'Sampled',
    width: '104px',
    isSecondary: true,
    cell: ({ sampledAt }) => <Ago at={sampledAt} />,
  },
]

/** Drifts of many topics, one a row: only those in sight are drawn, and it is said when there are more than are listed. */
export const DriftTable = ({
  label,
  connection,
  drifts,
  total,
}: {
  readonly label: string
  readonly connection: string
  readonly drifts: readonly SchemaDrift[]
  readonly total: number
}) => (
  <>
    <DataTable
      label={label}
      columns={driftColumns(connection)}
      rows={drifts}
      rowKey={({ topic, side, kind, sentence }) => `${topic} ${side} ${kind} ${sentence}`}
      rowHref={({ topic }) => contractOf(connection, topic)}
    />
    {total > drifts.length ? (
      <p className="border-t border-line px-3 py-1.5 text-small text-muted">
        The first {drifts.length} of {total}, by topic.
      </p>
    ) : null}
  </>
)
