'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { endpointQuery } from '../client/call-endpoint.ts'
import { endpoints } from '../client/endpoints.ts'
import { routes } from '../client/routes.ts'
import { LinesSkeleton } from './lines-skeleton.tsx'
import { QueryPanel } from './query-panel.tsx'
import { Section } from './section.tsx'
import { Status } from './status.tsx'
import { Time } from './time.tsx'
import { TimedText } from './timed-text.tsx'

/**
 * What replays and the audit say of one message, newest first: of a dead letter as of a copy that a replay wrote.
 *
 * `<MessageHistory connection="local" topic="orders-dlt" position="0@7" />`
 */
export const MessageHistory = ({
  connection,
  topic,
  position,
}: {
  readonly connection: string
  readonly topic: string
  readonly position: string
}) => {
  const query = useQuery(
    endpointQuery(endpoints.showMessageHistory, { params: { connection, topic, position } }),
  )
  return (
    <Section title="What was done with it">
      <QueryPanel query={query} skeleton={<LinesSkeleton lines={2} />}>
        {({ replays, entries, isCut }) => (
          <div className="flex flex-col gap-3">
            {replays.length + entries.length > 0 ? null : (
              <p className="text-muted">
                No replay has sent or written this message, and the audit does not name it.
              </p>
            )}
            <ul className="flex flex-col gap-2" aria-label="Replays of this message">
              {replays.map((one) => (
                <li key={`${one.replayId} ${one.role}`} className="flex flex-col gap-0.5">
                  <span className="flex flex-wrap items-center gap-x-2">
                    <Status of="outcome" value={one.outcome} />
                    <Link href={routes.replay(connection, one.replayId)} className="link">
                      {one.role === 'letter' ? 'Sent by' : 'Written by'} replay #{one.number}
                    </Link>
                    <span className="text-muted">
                      by {one.startedBy}, <Time at={one.startedAt} short relative />
                    </span>
                    {one.reason === '' ? null : <span>“{one.reason}”</span>}
                  </span>
                  <span className="text-small text-muted">
                    {one.role === 'letter' ? 'Copy' : 'Letter'}:{' '}
                    {one.other.position === null ? (
                      `none on ${one.other.topic}`
                    ) : (
                      <Link
                        href={routes.message(connection, one.other.topic, one.other.position)}
                        className="link font-mono"
                      >
                        {one.other.topic} {one.other.position}
                      </Link>
                    )}
                    {one.proof === '' ? null : (
                      <>
                        {' '}
                        · <TimedText text={one.proof} />
                      </>
                    )}
                  </span>
                </li>
              ))}
            </ul>
            <ul className="flex flex-col gap-1 text-small" aria-label="Entries of the audit">
              {entries.map((entry) => (
                <li key={entry.id} className="flex flex-wrap items-center gap-x-2">
                  <Time at={entry.atMs} short />
                  <Link href={routes.audit(connection, { entry: entry.id })} className="link">
                    {entry.action}
                  </Link>
                  <span className="text-muted">
                    by {entry.actor}
                    {entry.reason === '' ? '' : `: “${entry.reason}”`}
                  </span>
                  {entry.result === 'allowed' ? null : <Status of="audit" value={entry.result} />}
                </li>
              ))}
            </ul>
            {isCut ? <p className="text-small text-muted">Older ones are in the audit.</p> : null}
          </div>
        )}
      </QueryPanel>
    </Section>
  )
}
