import Link from 'next/link'
import type { AuditSubject } from '#server/contracts/audit.ts'
import { routes } from '../../client/routes.ts'

type Kind = AuditSubject['kind']

const message = (connection: string, id: string): string => {
  const [topic = '', position = ''] = id.split('/')
  return routes.message(connection, topic, position)
}

const places: Readonly<Record<Kind, { words: string; address: (connection: string, id: string) => string }>> =
  {
    replay: { words: 'Replay', address: routes.replay },
    'failure-group': { words: 'Failure group', address: routes.failureGroup },
    'dead-letter': { words: 'Dead letter', address: routes.deadLetter },
    topic: { words: 'Topic', address: routes.topic },
    message: { words: 'Message', address: message },
    group: { words: 'Consumer group', address: routes.group },
    subject: { words: 'Subject', address: routes.subject },
    'topic-change': { words: 'Change of a topic', address: routes.topicChange },
  }

/** Where an entry of the audit leads: everything it is about. */
export const AuditSubjects = ({
  connection,
  about,
}: {
  readonly connection: string
  readonly about: readonly AuditSubject[]
}) => (
  <ul className="flex flex-col gap-1">
    {about.map(({ kind, id }) => (
      <li key={`${kind} ${id}`}>
        {places[kind].words}{' '}
        <Link href={places[kind].address(connection, id)} className="link font-mono text-small">
          {id}
        </Link>
      </li>
    ))}
  </ul>
)
