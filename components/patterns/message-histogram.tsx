'use client'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo, useState } from 'react'
import type {
  HistogramBucket,
  HistogramDoubt,
  MessageHistogram,
} from '#server/contracts/message-histogram.ts'
import { endpointQuery } from '../client/call-endpoint.ts'
import { endpoints } from '../client/endpoints.ts'
import { problemOfError } from '../client/problem-error.ts'
import { useZone } from '../client/zone-provider.tsx'
import { Button } from '../ui/button.tsx'
import { formatCount, formatDuration, sayMany } from './quantity.ts'
import { rangeOfSearch, withRange } from './search-time-range.ts'
import { Time } from './time.tsx'
import { TimeBars } from './time-bars.tsx'
import { timeParts } from './time-text.ts'

const doubtWords = {
  compacted: 'compaction has removed messages whose offsets still count',
  transactions: 'where producers use transactions, their markers count too',
  'producer-times':
    'producers set the times: where these do not rise with the offsets, a message counts in a neighbouring bar',
  'settings-unknown': 'the settings of the topic could not be read, so it may be compacted',
} as const satisfies Record<HistogramDoubt, string>

/** Why the bars are an estimate, in a sentence. */
const estimateWords = (doubts: readonly HistogramDoubt[]): string =>
  `Estimated from the offsets at each time, without reading the messages: ${doubts.map((one) => doubtWords[one]).join('; ')}. A range of up to 5,000 messages is read and counted.`

const amountOf = (messages: string, estimated: boolean): string =>
  `${estimated ? '≈ ' : ''}${formatCount(messages)} ${messages === '1' ? 'message' : 'messages'}`

const sumOf = (buckets: readonly HistogramBucket[]): string =>
  buckets.reduce((sum, { messages }) => sum + BigInt(messages), 0n).toString()

/**
 * How many messages of topics stand where in time, above the results of a search. A range chosen in it becomes the
 * `after:` and `before:` of the search, which it then shows more closely; “All times” takes them out again.
 */
export const MessageHistogramPanel = ({
  connection,
  topics,
  search,
  onSearch,
}: {
  readonly connection: string
  /** As in addresses: names separated by commas, or `*`. */
  readonly topics: string
  readonly search: string
  readonly onSearch: (search: string) => void
}) => {
  // Times ago are counted from when the search was entered: the bars do not crawl while one reads.
  const range = useMemo(() => rangeOfSearch(search, Date.now()), [search])
  const query = useQuery({
    ...endpointQuery(endpoints.countMessagesByTime, {
      params: { connection },
      query: { topics, ...range, buckets: 60 },
    }),
    refetchInterval: false,
    staleTime: 30_000,
  })
  const isRanged = range.sinceMs !== undefined || range.untilMs !== undefined
  const allTimes = isRanged ? (
    <Button kind="bare" size="small" onClick={() => onSearch(withRange(search, null))}>
      All times
    </Button>
  ) : null
  return (
    <section
      aria-label="Messages over time"
      className="rounded-base border border-line bg-panel px-3 pt-2 pb-1"
    >
      {query.data && query.error === null ? (
        <Bars
          histogram={query.data}
          isOld={query.isPlaceholderData}
          onChoose={(chosen) => onSearch(withRange(search, chosen))}
          aside={allTimes}
        />
      ) : (
        <div className="flex flex-col" aria-busy={query.isFetching}>
          {query.error === null ? (
            <div
              data-state="loading"
              className="h-11 animate-pulse rounded-small border-b border-line bg-line/40"
            />
          ) : (
            <p
              data-state="unreachable"
              className="flex h-11 items-center gap-2 border-b border-line text-warning"
            >
              <span className="min-w-0 truncate" title={problemOfError(query.error).hint}>
                The messages could not be counted over time: {problemOfError(query.error).detail}
              </span>
              <Button size="small" disabled={query.isFetching} onClick={() => void query.refetch()}>
                Try again
              </Button>
            </p>
          )}
          <div className="flex h-6 items-center justify-end">{allTimes}</div>
        </div>
      )}
    </section>
  )
}

const Bars = ({
  histogram,
  isOld,
  onChoose,
  aside,
}: {
  readonly histogram: MessageHistogram
  readonly isOld: boolean
  readonly onChoose: (range: { readonly sinceMs: number; readonly untilMs: number }) => void
  readonly aside: ReactNode
}) => {
  const { zone } = useZone()
  const [pointed, setPointed] = useState<{ readonly from: number; readonly to: number } | null>(null)
  const { buckets, estimated, doubts, failed, before, after } = histogram
  const [first, last] = [buckets[0], buckets.at(-1)]
  if (!first || !last) return null
  const clock = (ms: number): string => timeParts(ms, zone).time.slice(0, 8)
  const looked = pointed === null ? buckets : buckets.slice(pointed.from, pointed.to + 1)
  const [from, to] = [looked[0] ?? first, looked.at(-1) ?? last]
  const isEstimate = looked.some((one) => one.estimated)
  return (
    <div aria-busy={isOld} className={isOld ? 'opacity-50' : ''}>
      <TimeBars
        label={`Messages over time${estimated ? ', estimated' : ''}; choose a range with the arrow keys, Shift and Enter`}
        bars={buckets.map((one) => ({
          fromMs: one.fromMs,
          untilMs: one.untilMs,
          count: Number(one.messages),
          estimated: one.estimated,
          words: `${clock(one.fromMs)} to ${clock(one.untilMs)}, ${one.estimated ? 'about ' : ''}${sayMany(one.messages, 'message')}`,
        }))}
        onChoose={onChoose}
        onPoint={setPointed}
      />
      <div className="flex h-6 items-center gap-3 text-small text-muted">
        <Time at={first.fromMs} short />
        <span role="status" className="mx-auto flex min-w-0 items-center gap-2 truncate">
          <span
            className={pointed === null ? '' : 'text-text'}
            title={isEstimate ? estimateWords(doubts) : undefined}
          >
            {pointed === null ? null : (
              <>
                <Time at={from.fromMs} short /> to <Time at={to.untilMs} short /> ·{' '}
              </>
            )}
            {amountOf(pointed === null ? histogram.messages : sumOf(looked), isEstimate)}
            {pointed === null ? ` in ${formatDuration(last.untilMs - first.fromMs)}` : ''}
          </span>
          {estimated ? (
            <span
              className="rounded-small border border-line px-1"
              title={estimateWords(doubts)}
              data-estimated
            >
              estimated
            </span>
          ) : null}
          {failed.length > 0 ? (
            <span className="text-warning" title={failed.map(({ detail }) => detail).join('\n')}>
              {sayMany(failed.length, 'part')} missing
            </span>
          ) : null}
          {pointed === null ? <Outside before={before} after={after} /> : null}
        </span>
        {aside}
        <Time at={last.untilMs} short />
      </div>
    </div>
  )
}

/** What stands outside of the times shown, by place: future or late times may be among it. */
const Outside = ({ before, after }: { readonly before: string; readonly after: string }) => {
  const parts = [
    ...(before === '0' ? [] : [`${formatCount(before)} before`]),
    ...(after === '0' ? [] : [`${formatCount(after)} after`]),
  ]
  return parts.length === 0 ? null : (
    <span
      className="text-faint"
      title="Messages that stand before and after the times shown, by their offsets"
    >
      {parts.join(', ')}
    </span>
  )
}
