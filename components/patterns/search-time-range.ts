import { formatSearch, parseSearch, type SearchTerm, searchTimeMs } from '#server/contracts/message-search.ts'

/** Times of a search: from `sinceMs` (inclusive) to `untilMs` (exclusive); left out where it has no bound. */
export type SearchRange = { readonly sinceMs?: number; readonly untilMs?: number }

export type TimeTerm = Extract<SearchTerm, { kind: 'after' | 'before' }>
const isTime = (term: SearchTerm): term is TimeTerm => term.kind === 'after' || term.kind === 'before'

/** The times that a search looks at, by its `after:` and `before:`; none where it can not be read. */
export const rangeOfSearch = (search: string, nowMs: number): SearchRange => {
  const parsed = parseSearch(search)
  const times = parsed.ok ? parsed.terms.filter(isTime) : []
  // A dash turns one into the other.
  const boundsOf = (kind: TimeTerm['kind']): number[] =>
    times.filter((term) => (term.kind === kind) !== term.negated).map(({ time }) => searchTimeMs(time, nowMs))
  const [lower, upper] = [boundsOf('after'), boundsOf('before')]
  return {
    ...(lower.length === 0 ? {} : { sinceMs: Math.max(0, ...lower) }),
    ...(upper.length === 0 ? {} : { untilMs: Math.min(...upper) }),
  }
}

/** A search with other times, or with none. What can not be read stays as it is. */
export const withRange = (search: string, range: SearchRange | null): string => {
  const term = (kind: TimeTerm['kind'], atMs: number | undefined): TimeTerm[] =>
    atMs === undefined ? [] : [{ kind, time: { kind: 'at', atMs }, negated: false }]
  return withTimes(search, [...term('after', range?.sinceMs), ...term('before', range?.untilMs)])
}

/** A search with these times in the place of its own. What can not be read stays as it is. */
export const withTimes = (search: string, times: readonly TimeTerm[]): string => {
  const parsed = parseSearch(search)
  return parsed.ok ? formatSearch([...parsed.terms.filter((one) => !isTime(one)), ...times]) : search
}

/** The one time ago after which a search looks, `15m`; null when its times are others, or it has none. */
export const agoOfSearch = (search: string): string | null => {
  const parsed = parseSearch(search)
  const times = parsed.ok ? parsed.terms.filter(isTime) : []
  const [only] = times
  return times.length === 1 && only?.kind === 'after' && !only.negated && only.time.kind === 'ago'
    ? `${only.time.amount}${only.time.unit}`
    : null
}
