import { withQuery } from '#server/contracts/api-address.ts'

/** Every address of a page is built here. Names are percent-encoded: a topic may hold any character. */
const part = encodeURIComponent

type SearchQuery = { search?: string; order?: string; isolation?: string; tab?: string }

export const routes = {
  overview: (connection: string) => `/${part(connection)}`,
  topics: (connection: string) => `/${part(connection)}/topics`,
  topic: (connection: string, topic: string, query: SearchQuery & { at?: string } = {}) =>
    withQuery(`/${part(connection)}/topics/${part(topic)}`, query),
  message: (connection: string, topic: string, position: string) =>
    `/${part(connection)}/topics/${part(topic)}/messages/${part(position)}`,
  messages: (connection: string, query: SearchQuery & { topics?: string } = {}) =>
    withQuery(`/${part(connection)}/messages`, query),
  /** `from` is the position of a message to produce again; `fromTopic` where that is of another topic. */
  produce: (connection: string, topic: string, query: { from?: string; fromTopic?: string } = {}) =>
    withQuery(`/${part(connection)}/topics/${part(topic)}/produce`, query),
  /** What waits in a retry topic. */
  waiting: (connection: string, topic: string) => `/${part(connection)}/topics/${part(topic)}/waiting`,
  createTopic: (connection: string) => `/${part(connection)}/topic-changes/create`,
  changeTopicSettings: (connection: string, topic: string, query: { setting?: string } = {}) =>
    withQuery(`/${part(connection)}/topic-changes/settings`, { topic, ...query }),
  addPartitions: (connection: string, topic: string) =>
    withQuery(`/${part(connection)}/topic-changes/partitions`, { topic }),
  topicChange: (connection: string, id: string) => `/${part(connection)}/topic-changes/${part(id)}`,
  groups: (connection: string) => `/${part(connection)}/groups`,
  group: (connection: string, group: string) => `/${part(connection)}/groups/${part(group)}`,
  deadLetters: (connection: string) => `/${part(connection)}/dead-letters`,
  letters: (connection: string) => `/${part(connection)}/letters`,
  failureGroup: (connection: string, id: string) => `/${part(connection)}/failure-groups/${part(id)}`,
  failureGrouping: (connection: string) => `/${part(connection)}/failure-grouping`,
  deadLetter: (connection: string, id: string) => `/${part(connection)}/dead-letters/${part(id)}`,
  editLetter: (connection: string, id: string) => `/${part(connection)}/dead-letters/${part(id)}/edit`,
  replays: (connection: string) => `/${part(connection)}/replays`,
  replayPlan: (connection: string, id: string) => `/${part(connection)}/replays/plans/${part(id)}`,
  replay: (connection: string, id: string) => `/${part(connection)}/replays/${part(id)}`,
  traces: (connection: string, query: { q?: string; service?: string; errors?: string } = {}) =>
    withQuery(`/${part(connection)}/traces`, query),
  trace: (connection: string, id: string, query: { span?: string } = {}) =>
    withQuery(`/${part(connection)}/traces/${part(id)}`, query),
  schemas: (connection: string, query: { q?: string } = {}) =>
    withQuery(`/${part(connection)}/schemas`, query),
  subject: (connection: string, subject: string) => `/${part(connection)}/schemas/${part(subject)}`,
  schemaVersion: (connection: string, subject: string, version: number | string) =>
    `/${part(connection)}/schemas/${part(subject)}/versions/${version}`,
  compareSchemas: (connection: string, subject: string, query: { from?: string; to?: string } = {}) =>
    withQuery(`/${part(connection)}/schemas/${part(subject)}/compare`, query),
  schemaDeletion: (
    connection: string,
    subject: string,
    query: { version?: string; permanent?: string } = {},
  ) => withQuery(`/${part(connection)}/schemas/${part(subject)}/deletion`, query),
  schemaId: (connection: string, id: number) => `/${part(connection)}/schema-ids/${id}`,
  schemaDraft: (connection: string, query: { subject?: string } = {}) =>
    withQuery(`/${part(connection)}/schema-draft`, query),
  connection: (connection: string) => `/${part(connection)}/connection`,
  audit: (
    connection: string,
    query: { who?: string; action?: string; target?: string; entry?: string } = {},
  ) => withQuery(`/${part(connection)}/audit`, query),
} as const
