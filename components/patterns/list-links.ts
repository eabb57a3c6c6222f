import { routes } from '../client/routes.ts'
import type { ListLink } from './failed-panel.tsx'

/** Where what is not at its address is looked for. */
export const listLinks = {
  failureGroups: (connection: string) => ({
    href: routes.deadLetters(connection),
    title: 'All failure groups',
  }),
  topics: (connection: string) => ({ href: routes.topics(connection), title: 'All topics' }),
  messages: (connection: string, topic: string) => ({
    href: routes.topic(connection, topic),
    title: 'Messages of the topic',
  }),
  subjects: (connection: string) => ({ href: routes.schemas(connection), title: 'All subjects' }),
  subject: (connection: string, subject: string) => ({
    href: routes.subject(connection, subject),
    title: 'The subject',
  }),
} as const satisfies Record<string, (connection: string, name: string) => ListLink>
