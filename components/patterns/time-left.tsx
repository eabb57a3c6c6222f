'use client'
import { formatDuration } from './quantity.ts'
import { useNow } from './use-now.ts'

const soonMs = 24 * 3_600_000

/** How long until a moment, in two units; within a day in the colour of a warning, unless its coming is no harm. */
export const TimeLeft = ({
  until,
  isCalm = false,
}: {
  readonly until: number | null
  readonly isCalm?: boolean
}) => {
  const now = useNow()
  if (until === null) return <span className="text-faint">–</span>
  const left = now === 0 ? null : until - now
  return (
    <time
      dateTime={new Date(until).toISOString()}
      title={new Date(until).toISOString()}
      suppressHydrationWarning
      className={left !== null && left < soonMs && !isCalm ? 'text-warning' : 'text-muted'}
    >
      {left === null ? '' : left <= 0 ? 'now' : `in ${formatDuration(Math.floor(left / 1_000) * 1_000)}`}
    </time>
  )
}
