'use client'
import { formatDuration } from './quantity.ts'
import { useNow } from './use-now.ts'

/** How long ago a moment was, in two units; the moment itself in the title. */
export const Ago = ({ at, suffix = ' ago' }: { readonly at: number | null; readonly suffix?: string }) => {
  const now = useNow()
  if (at === null) return <span className="text-faint">–</span>
  const passed = now === 0 ? null : Math.max(0, Math.floor((now - at) / 1_000) * 1_000)
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={new Date(at).toISOString()}
      suppressHydrationWarning
      className="whitespace-nowrap"
    >
      {passed === null ? '' : passed < 1_000 ? 'now' : `${formatDuration(passed)}${suffix}`}
    </time>
  )
}
