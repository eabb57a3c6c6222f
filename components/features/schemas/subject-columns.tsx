import Link from 'next/link'
import { Fragment } from 'react'
import type { SubjectRow } from '#server/contracts/schemas.ts'
import { routes } from '../../client/routes.ts'
import { Ago } from '../../patterns/ago.tsx'
import type { Column } from '../../patterns/data-table-types.ts'
import { Level, typeWords } from './schema-words.tsx'

const notTold = <span className="text-faint">not told</span>

/** Columns of the list of subjects. `isSampled`: messages have been looked at, so that nothing seen says something. */
export const subjectColumns = (connection: string, isSampled = true): readonly Column<SubjectRow>[] => [
  {
    id: 'subject',
    header: 'Subject',
    width: 'minmax(150px, 2.4fr)',
    cell: ({ subject, deleted }) => (
      <span className="flex items-center gap-2">
        <Link
          href={routes.subject(connection, subject)}
          className="link truncate font-mono text-small"
          title={subject}
        >
          {subject}
        </Link>
        {deleted ? <span className="shrink-0 text-small text-warning">deleted softly</span> : null}
      </span>
    ),
  },
  {
    id: 'latest',
    header: 'Latest',
    width: '88px',
    cell: ({ latest, subject }) =>
      latest === null ? (
        notTold
      ) : (
        <span className="flex items-baseline gap-2">
          <Link
            href={routes.schemaVersion(connection, subject, latest.version)}
            className="link font-mono text-small"
          >
            v{latest.version}
          </Link>
          <span className="text-faint">id {latest.id}</span>
        </span>
      ),
  },
  {
    id: 'type',
    header: 'Type',
    width: '92px',
    cell: ({ latest }) => (latest === null ? '' : typeWords[latest.type]),
  },
  {
    id: 'versions',
    header: 'Versions',
    width: '64px',
    align: 'right',
    isSecondary: true,
    cell: ({ versions }) => versions ?? notTold,
  },
  {
    id: 'compatibility',
    header: 'Compatibility',
    width: 'minmax(96px, 1fr)',
    cell: ({ compatibility }) => <Level level={compatibility} brief />,
  },
  {
    id: 'topics',
    header: 'Seen in',
    width: 'minmax(100px, 1.6fr)',
    cell: ({ topics }) =>
      topics.length === 0 ? (
        <span className="text-faint">{isSampled ? 'no sampled message' : 'not sampled yet'}</span>
      ) : (
        <span className="font-mono text-small text-faint" title={topics.join(', ')}>
          {topics.slice(0, 2).map((topic, index) => (
            <Fragment key={topic}>
              {index === 0 ? '' : ', '}
              <Link href={`${routes.topic(connection, topic)}?tab=schema`} className="link">
                {topic}
              </Link>
            </Fragment>
          ))}
          {topics.length > 2 ? ` +${topics.length - 2}` : ''}
        </span>
      ),
  },
  {
    id: 'seen',
    header: 'Last seen',
    width: '100px',
    isSecondary: true,
    cell: ({ lastSeenAt }) => <Ago at={lastSeenAt} />,
  },
  {
    id: 'drifts',
    header: 'Drift',
    width: '72px',
    cell: ({ drifts }) =>
      drifts === 0 ? (
        <span className="text-faint">{isSampled ? 'none' : '–'}</span>
      ) : (
        <span className="text-warning">{drifts} seen</span>
      ),
  },
]
