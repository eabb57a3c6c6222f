'use client'
import Link from 'next/link'
import type { SchemaSighting } from '#server/contracts/schemas.ts'
import { routes } from '../client/routes.ts'
import { Ago } from './ago.tsx'
import { DataTable } from './data-table.tsx'
import type { Column } from './data-table-types.ts'
import { formatCount } from './quantity.ts'

const columns = (connection: string, withVersion: boolean): readonly Column<SchemaSighting>[] => [
  ...(withVersion
    ? []
    : [
        {
          id: 'topic',
          header: 'Topic',
          width: 'minmax(140px, 2fr)',
          cell: ({ topic, side }: SchemaSighting) => (
            <span className="flex items-baseline gap-2">
              <Link href={routes.topic(connection, topic)} className="link truncate font-mono text-small">
                {topic}
              </Link>
              <span className="text-faint">{side}</span>
            </span>
          ),
        },
      ]),
  {
    id: 'version',
    header: 'Schema',
    width: 'minmax(150px, 2fr)',
    cell: ({ subject, version, schemaId }) =>
      subject === null || version === null ? (
        <Link href={routes.schemaId(connection, schemaId)} className="link font-mono text-small">
          id {schemaId}
        </Link>
      ) : (
        <span className="flex items-baseline gap-2">
          <Link
            href={routes.schemaVersion(connection, subject, version)}
            className="link truncate font-mono text-small"
            title={subject}
          >
            {withVersion ? subject : ''} v{version}
          </Link>
          <span className="shrink-0 text-faint">id {schemaId}</span>
        </span>
      ),
  },
  {
    id: 'sample',
    header: 'In the sample',
    width: '96px',
    align: 'right',
    cell: ({ inSample, sampleMessages }) =>
      inSample === 0 ? (
        <span className="text-muted">no longer</span>
      ) : (
        `${formatCount(inSample)} of ${formatCount(sampleMessages)}`
      ),
  },
  { id: 'last', header: 'Last seen', width: '104px', cell: ({ lastSeenAt }) => <Ago at={lastSeenAt} /> },
  { id: 'first', header: 'First seen', width: '104px', cell: ({ firstSeenAt }) => <Ago at={firstSeenAt} /> },
  {
    id: 'services',
    header: 'Sent by',
    width: 'minmax(110px, 1.4fr)',
    cell: ({ services }) =>
      services.length === 0 ? (
        <span className="text-faint" title="The sampled messages carry no trace of which a span is known">
          not known
        </span>
      ) : (
        <span title={services.join(', ')} className="font-mono text-small">
          {services.join(', ')}
        </span>
      ),
  },
]

/** Where schemas were seen in sampled messages: topic, how often, when, and who sent them. */
export const SchemaSightings = ({
  connection,
  sightings,
  ofTopic = false,
}: {
  readonly connection: string
  readonly sightings: readonly SchemaSighting[]
  /** All are of one topic: the schema stands first instead. */
  readonly ofTopic?: boolean
}) => (
  <DataTable
    label="Where it was seen"
    columns={columns(connection, ofTopic)}
    rows={sightings}
    rowKey={({ topic, side, schemaId }) => `${topic} ${side} ${schemaId}`}
  />
)
