import { joinRanges } from '#server/contracts/join-ranges.ts'
import type { SearchFrame, SearchOrder } from '#server/contracts/message-stream.ts'
import type { MessageRow, ScanReport } from '#server/contracts/messages.ts'

/** What one request of a search has told: rows as found, how far it is, and at last its report. */
type SearchPage = {
  /** The cursor that it began at; null at first. */
  readonly from: string | null
  readonly rows: readonly MessageRow[]
  /** Figures so far; with `stop` once it has ended. */
  readonly scan: (Omit<ScanReport, 'stop'> & { readonly stop?: ScanReport['stop'] }) | null
  readonly settledMs: number | null
}

/**
 * A search as a page shows it. `running`: frames come; `cancelled`: somebody stopped it, what was found stands;
 * `failed`: it broke off, what was found stands; `done`: it ended by itself, and `nextCursor` goes on where it did.
 */
export type SearchState = {
  readonly status: 'idle' | 'running' | 'done' | 'cancelled' | 'failed'
  readonly order: SearchOrder
  readonly limit: number
  readonly pages: readonly SearchPage[]
  /** In order, of all pages. */
  readonly rows: readonly MessageRow[]
  readonly nextCursor: string | null
  readonly registryProblem: string | null
  readonly error: unknown
  /** When the last frame came, in milliseconds since the epoch. */
  readonly updatedAt: number
}

/** A search that was not begun: no rows, `limit` of them a page. */
export const idleSearch = (order: SearchOrder, limit: number): SearchState => ({
  status: 'idle',
  order,
  limit,
  pages: [],
  rows: [],
  nextCursor: null,
  registryProblem: null,
  error: null,
  updatedAt: 0,
})

/** A row is known by its topic and place. */
export const rowKeyOf = ({ topic, position }: MessageRow): string => `${topic}/${position}`

const compare = <T extends number | bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

const inOrderOf =
  (order: SearchOrder) =>
  (a: MessageRow, b: MessageRow): number => {
    const direction = order === 'oldest' ? 1 : -1
    return (
      direction * compare(a.timestampMs ?? -1, b.timestampMs ?? -1) ||
      compare(a.topic, b.topic) ||
      compare(a.partition, b.partition) ||
      direction * compare(BigInt(a.offset), BigInt(b.offset))
    )
  }

/**
 * Where the next page begins: after the last that ended by itself; the page that was cancelled or failed is read again.
 */
export const nextBegin = ({ status, nextCursor, pages }: SearchState): string | null =>
  status === 'done' ? nextCursor : (pages.at(-1)?.from ?? null)

/** Begins a search, or goes on with one: what whole pages have found stays. */
export const beginPage = (state: SearchState): SearchState => {
  const whole = state.status === 'done' ? state.pages : state.pages.slice(0, -1)
  return {
    ...state,
    status: 'running',
    error: null,
    nextCursor: null,
    pages: [...whole, { from: nextBegin(state), rows: [], scan: null, settledMs: null }],
    rows: mergeRows(whole, state.order),
  }
}

/** Takes one frame of the page that runs. */
export const takeFrame = (state: SearchState, frame: SearchFrame, at: number): SearchState => {
  const page = state.pages.at(-1)
  if (!page) return state
  const earlier = state.pages.slice(0, -1)
  const withPage = (next: SearchPage, more: Partial<SearchState> = {}): SearchState => {
    const pages = [...earlier, next]
    return {
      ...state,
      pages,
      ...(next.rows === page.rows ? {} : { rows: mergeRows(pages, state.order) }),
      updatedAt: at,
      ...more,
    }
  }
  switch (frame.type) {
    case 'rows': {
      const rows = [...page.rows, ...frame.rows].sort(inOrderOf(state.order))
      return withPage({ ...page, rows: rows.slice(0, state.limit) })
    }
    case 'progress':
      return withPage({ ...page, scan: frame.scan, settledMs: frame.settledMs })
    case 'done':
      return withPage(
        { ...page, scan: frame.scan, settledMs: frame.settledMs },
        { status: 'done', nextCursor: frame.nextCursor, registryProblem: frame.registryProblem },
      )
    case 'error':
      return { ...state, status: 'failed', updatedAt: at }
  }
}

const mergeRows = (pages: readonly SearchPage[], order: SearchOrder): MessageRow[] =>
  [...new Map(pages.flatMap(({ rows }) => rows.map((row) => [rowKeyOf(row), row]))).values()].sort(
    inOrderOf(order),
  )

/**
 * Whether a message may still come before this row: the unread part of what is searched may hold one. Once everything
 * or enough was read, nothing can; later pages go on below the page of the row, and can only settle it.
 */
export const isProvisional = ({ pages, order }: SearchState, row: MessageRow): boolean => {
  const own = pages.findIndex(({ rows }) => rows.includes(row))
  return own >= 0 && pages.slice(own).every((page) => isUnsettled(page, order, row))
}

const isUnsettled = ({ scan, settledMs }: SearchPage, order: SearchOrder, { timestampMs }: MessageRow) => {
  if (scan?.stop === 'end' || scan?.stop === 'enough') return false
  if (settledMs === null || timestampMs === null) return true
  return order === 'newest' ? timestampMs <= settledMs : timestampMs >= settledMs
}

/** The report of all pages together, as far as it is known; `stop` as the last of them says. */
export const reportOf = ({ pages }: SearchState): SearchPage['scan'] => {
  const scans = pages.flatMap(({ scan }) => (scan === null ? [] : [scan]))
  const last = scans.at(-1)
  if (!last) return null
  const { stop: _, ...figures } = last
  const isTold = pages.at(-1)?.scan !== null
  const sum = (of: (scan: (typeof scans)[number]) => bigint): string =>
    scans.reduce((total, scan) => total + of(scan), 0n).toString()
  return {
    ...figures,
    ...(isTold && last.stop !== undefined ? { stop: last.stop } : {}),
    messages: sum(({ messages }) => BigInt(messages)),
    bytes: sum(({ bytes }) => BigInt(bytes)),
    matches: sum(({ matches }) => BigInt(matches ?? '0')),
    durationMs: scans.reduce((total, { durationMs }) => total + durationMs, 0),
    notes: scans.flatMap(({ notes }) => notes ?? []),
    ranges: joinRanges(scans.flatMap(({ ranges }) => ranges ?? [])),
  }
}
