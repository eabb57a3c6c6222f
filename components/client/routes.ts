/** Every address of a page is built here. Names are percent-encoded: a topic may hold any character. */
const part = encodeURIComponent

const withQuery = (path: string, query: Readonly<Record<string, string | undefined>>): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') search.set(name, value)
  const text = search.toString()
  return text === '' ? path : `${path}?${text}`
}

export const routes = {
  overview: (connection: string) => `/${part(connection)}`,
  topics: (connection: string) => `/${part(connection)}/topics`,
  topic: (connection: string, topic: string, query: { key?: string } = {}) =>
    withQuery(`/${part(connection)}/topics/${part(topic)}`, query),
  message: (connection: string, topic: string, position: string) =>
    `/${part(connection)}/topics/${part(topic)}/messages/${part(position)}`,
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
  audit: (connection: string) => `/${part(connection)}/audit`,
} as const

/** The address of an API operation: parameters put into the braces of its path, then the query. */
export const apiAddress = (
  path: string,
  params: Readonly<Record<string, string>>,
  query: Readonly<Record<string, unknown>> = {},
): string => {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => part(params[name] ?? ''))
  const texts = Object.entries(query).map(([name, value]) => [
    name,
    value === undefined || value === null ? undefined : String(value),
  ])
  return withQuery(filled, Object.fromEntries(texts))
}
