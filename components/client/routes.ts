import { withQuery } from '#server/contracts/api-address.ts'

/** Every address of a page is built here. Names are percent-encoded: a topic may hold any character. */
const part = encodeURIComponent

type SearchQuery = { search?: string; order?: string; isolation?: string }

export const routes = {
  overview: (connection: string) => `/${part(connection)}`,
  topics: (connection: string) => `/${part(connection)}/topics`,
  topic: (connection: string, topic: string, query: SearchQuery = {}) =>
    withQuery(`/${part(connection)}/topics/${part(topic)}`, query),
  message: (connection: string, topic: string, position: string) =>
    `/${part(connection)}/topics/${part(topic)}/messages/${part(position)}`,
  messages: (connection: string, query: SearchQuery & { topics?: string } = {}) =>
    withQuery(`/${part(connection)}/messages`, query),
  groups: (connection: string) => `/${part(connection)}/groups`,
  group: (connection: string, group: string) => `/${part(connection)}/groups/${part(group)}`,
  deadLetters: (connection: string) => `/${part(connection)}/dead-letters`,
  failureGroup: (connection: string, id: string) => `/${part(connection)}/failure-groups/${part(id)}`,
  deadLetter: (connection: string, id: string) => `/${part(connection)}/dead-letters/${part(id)}`,
  replays: (connection: string) => `/${part(connection)}/replays`,
  replayPlan: (connection: string, id: string) => `/${part(connection)}/replays/plans/${part(id)}`,
  replay: (connection: string, id: string) => `/${part(connection)}/replays/${part(id)}`,
  traces: (connection: string, query: { q?: string; service?: string; errors?: string } = {}) =>
    withQuery(`/${part(connection)}/traces`, query),
  trace: (connection: string, id: string, query: { span?: string } = {}) =>
    withQuery(`/${part(connection)}/traces/${part(id)}`, query),
  connection: (connection: string) => `/${part(connection)}/connection`,
  audit: (connection: string) => `/${part(connection)}/audit`,
} as const
