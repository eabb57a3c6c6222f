import type { Address } from './addresses.ts'

const part = encodeURIComponent

/** A part of a path as it was meant; one with an escape that is none as it stands. */
export const decodePart = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A path with a query of what is set; empty texts are left out. */
export const withQuery = (path: string, query: Readonly<Record<string, string | undefined>>): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') search.set(name, value)
  const text = search.toString()
  return text === '' ? path : `${path}?${text}`
}

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

/** The noun of an endpoint: first part of its cache keys, by which live notices find what to load anew. */
const nounOf = (endpoint: Address): string =>
  endpoint.path.replace('/api/', '').replace('{connection}/', '').split('/')[0] ?? ''

/** Under what an answer is kept, the same in the browser and where a page is made. */
export const cacheKey = <I>(endpoint: Address, input: I): readonly [string, string, I] => [
  nounOf(endpoint),
  endpoint.path,
  input,
]
