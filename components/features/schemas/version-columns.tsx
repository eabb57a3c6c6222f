import Link from 'next/link'
import type { VersionRow } from '#server/contracts/schemas.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import type { Column } from '../../patterns/data-table-types.ts'

/** Columns of the versions of a subject, newest first. `isSampled`: messages have been looked at. */
export const versionColumns = (
  connection: string,
  subject: string,
  versions: readonly VersionRow[],
  isSampled: boolean,
): readonly Column<VersionRow>[] => [
  {
    id: 'version',
    header: 'Version',
    width: '104px',
    cell: ({ version, deleted }) => (
      <span className="flex items-baseline gap-2">
        <Link href={routes.schemaVersion(connection, subject, version)} className="link font-mono text-small">
          v{version}
        </Link>
        {deleted ? <span className="text-small text-warning">deleted</span> : null}
      </span>
    ),
  },
  {
    id: 'id',
    header: 'Id',
    width: '72px',
    align: 'right',
    mono: true,
    cell: ({ id }) => id ?? <span className="text-faint">–</span>,
  },
  {
    id: 'change',
    header: 'What changed',
    width: '112px',
    cell: ({ version }) =>
      version === versions.at(-1)?.version ? (
        <span className="text-faint">first version</span>
      ) : (
        <Link href={routes.compareSchemas(connection, subject, { to: String(version) })} className="link">
          What changed
        </Link>
      ),
  },
  {
    id: 'topics',
    header: 'Seen in',
    width: 'minmax(120px, 1fr)',
    cell: ({ sightings }) =>
      sightings.length === 0 ? (
        <span className="text-faint">{isSampled ? 'no sampled message' : 'not sampled yet'}</span>
      ) : (
        <span className="font-mono text-small" title={sightings.map(({ topic }) => topic).join(', ')}>
          {sightings.map(({ topic }) => topic).join(', ')}
        </span>
      ),
  },
  {
    id: 'services',
    header: 'Sent by',
    width: 'minmax(90px, 1fr)',
    isSecondary: true,
    cell: ({ sightings }) => {
      const services = [...new Set(sightings.flatMap((one) => one.services))]
      return services.length === 0 ? (
        <span className="text-faint">{sightings.length === 0 ? '' : 'not known'}</span>
      ) : (
        <span className="font-mono text-small" title={services.join(', ')}>
          {services.join(', ')}
        </span>
      )
    },
  },
  {
    id: 'seen',
    header: 'Last seen',
    width: '100px',
    cell: ({ sightings }) =>
      sightings.length === 0 ? (
        <span className="text-faint">–</span>
      ) : (
        <Ago at={Math.max(...sightings.map(({ lastSeenAt }) => lastSeenAt))} />
      ),
  },
]
