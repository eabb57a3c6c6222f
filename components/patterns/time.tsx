'use client'
import { useZone } from '../client/zone-provider.tsx'
import { classNames } from '../ui/class-names.ts'
import { formatDuration } from './quantity.ts'
import { timeParts } from './time-text.ts'
import { useNow } from './use-now.ts'

/**
 * A moment in the chosen zone with milliseconds; today without its date. Copying from the title gives ISO 8601.
 * `<Time at={row.diedAt} relative />` adds how long ago.
 */
export const Time = ({
  at,
  relative = false,
  short = false,
  compact = false,
}: {
  readonly at: number | null
  readonly relative?: boolean
  readonly short?: boolean
  /** For a column as wide as a time: of another day the date stands instead of the milliseconds. */
  readonly compact?: boolean
}) => {
  const { zone } = useZone()
  const now = useNow()
  if (at === null) return <span className="text-faint">–</span>
  // A page made on the server does not know the reader's zone: the place is kept until the browser fills it.
  const isKnown = now > 0
  const { date, time } = timeParts(at, isKnown ? zone : 'UTC')
  const isToday = isKnown && timeParts(now, zone).date === date
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={new Date(at).toISOString()}
      suppressHydrationWarning
      className={classNames(!isKnown && 'invisible')}
    >
      <span className="whitespace-nowrap">
        {isToday || !isKnown ? '' : `${compact ? date.slice(5) : date} `}
        {short || (compact && !isToday) ? time.slice(0, 8) : time}
      </span>
      {relative && now > 0 ? (
        <span className="text-faint"> · {formatAgo(now - at).replaceAll(' ', '\u00a0')}</span>
      ) : null}
    </time>
  )
}

const formatAgo = (ms: number): string =>
  ms < 1_000 ? 'now' : `${formatDuration(Math.floor(ms / 1_000) * 1_000)} ago`
