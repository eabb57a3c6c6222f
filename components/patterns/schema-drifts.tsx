'use client'
import Link from 'next/link'
import type { SchemaDrift } from '#server/contracts/schemas.ts'
import { routes } from '../client/routes.ts'
import { Ago } from './ago.tsx'
import { Status } from './status.tsx'

/** How messages depart from their contracts: what was seen, in words, with an example and the version to look at. */
export const SchemaDrifts = ({
  connection,
  drifts,
  ofTopic = false,
}: {
  readonly connection: string
  readonly drifts: readonly SchemaDrift[]
  /** All are of one topic, which needs no name. */
  readonly ofTopic?: boolean
}) => (
  <ul className="divide-y divide-line">
    {drifts.map((drift) => (
      <li
        key={`${drift.topic} ${drift.side} ${drift.kind} ${drift.sentence}`}
        className="grid grid-cols-[124px_minmax(0,1fr)] gap-x-3 px-3 py-2"
        data-drift={drift.kind}
      >
        <Status of="schemaDrift" value={drift.kind} className="self-start" />
        <div className="min-w-0">
          {ofTopic ? null : (
            <>
              <Link
                href={`${routes.topic(connection, drift.topic)}?tab=schema`}
                className="link font-mono text-small break-all"
              >
                {drift.topic}
              </Link>{' '}
              <span className="text-faint">{drift.side}: </span>
            </>
          )}
          <span className="break-words">{drift.sentence}</span>
          <div className="flex flex-wrap gap-x-3 text-small text-muted">
            {drift.example === null ? null : (
              <Link href={routes.message(connection, drift.topic, drift.example)} className="link">
                Message {drift.example}
              </Link>
            )}
            <DriftVersionLink connection={connection} drift={drift} />
            <span>
              sampled <Ago at={drift.sampledAt} />
            </span>
          </div>
        </div>
      </li>
    ))}
  </ul>
)

/** To what explains a drift: from the version of the messages to the latest, or what changed in that version. */
export const DriftVersionLink = ({
  connection,
  drift: { subject, version, kind },
}: {
  readonly connection: string
  readonly drift: SchemaDrift
}) => {
  if (subject === null || version === null) return null
  if (kind === 'does-not-fit-latest')
    return (
      <Link href={routes.compareSchemas(connection, subject, { from: String(version) })} className="link">
        What changed since v{version}
      </Link>
    )
  return version > 1 ? (
    <Link href={routes.compareSchemas(connection, subject, { to: String(version) })} className="link">
      What changed in v{version}
    </Link>
  ) : (
    <Link href={routes.schemaVersion(connection, subject, version)} className="link">
      Version {version}
    </Link>
  )
}
