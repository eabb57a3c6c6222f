import { messageOf, minutesAgo, nowMs, scan } from './answers-of-messages.ts'
import type { Answer, Frames } from './script-api.ts'

const minutes = 40
/** One bar a minute; the second half from offsets alone. */
export const histogram: Answer<'countMessagesByTime'> = {
  buckets: Array.from({ length: minutes }, (_, index) => ({
    fromMs: minutesAgo(minutes - index),
    untilMs: minutesAgo(minutes - index - 1),
    messages: String(index === 7 ? 0 : 1_000 + index * 250),
    estimated: index >= minutes / 2,
  })),
  messages: '233250',
  estimated: true,
  doubts: ['compacted', 'transactions', 'producer-times'],
  before: '1204113',
  after: '2',
  partitions: 6,
  failed: [],
  readAt: nowMs,
}

const topics = ['orders', 'payments', 'a.topic.with.a.very.long.name.that.does.not.fit.into.its.column']
/** Messages of several topics, the newest first. */
const rows = Array.from({ length: 12 }, (_, index) => ({
  ...messageOf(40 - index),
  topic: topics[index % topics.length] ?? '',
  position: `0@${500 - index}`,
}))

type SearchEnd = Extract<Frames<'searchMessages'>[number], { type: 'done' }>
/** A search that found these rows and came to its end. */
export const searchFrames = (
  found: typeof rows = rows,
  more: Partial<SearchEnd> = {},
): Frames<'searchMessages'> => [
  { type: 'rows', rows: found },
  {
    type: 'done',
    scan: { ...scan, stop: 'end', topics: 3, matches: String(found.length) },
    settledMs: 0,
    nextCursor: null,
    registryProblem: null,
    ...more,
  },
]

type Rate = Extract<Frames<'tailMessages'>[number], { type: 'rate' }>
export const tailRate = (more: Partial<Rate> = {}): Rate => ({
  type: 'rate',
  perSecond: 24.4,
  matchesPerSecond: 3.1,
  dropped: 0,
  skipped: 0,
  behindMessages: 0,
  partitions: 6,
  troubles: [],
  cursor: 'here',
  ...more,
})

/** What a tail says at first; asked to go on, it stays silent. */
export const tailThenSilence =
  (...frames: Frames<'tailMessages'>) =>
  (query: URLSearchParams): Frames<'tailMessages'> | 'silence' =>
    query.has('cursor') ? 'silence' : frames

export const tailRows: Frames<'tailMessages'>[number] = {
  type: 'rows',
  rows: rows.toReversed(),
  cursor: 'there',
}

export const savedSearches: Answer<'listSearches'> = {
  isCut: false,
  searches: ['Declined cards', 'Orders of customer 9007199254740993, with a name that is long'].map(
    (name, index) => ({
      id: String(index + 1),
      name,
      topics: index === 0 ? '*' : 'orders',
      search: index === 0 ? 'CardDeclined after:1h' : 'key:order-4711',
      order: 'newest',
      isolation: 'committed',
      savedBy: 'local operator',
      savedAt: minutesAgo(90 * (index + 1)),
    }),
  ),
}
