import { timeParts } from '../time-text.ts'

/** What a clock in a zone shows at a moment, as a field for date and time takes it: `2026-11-21T03:04:11`. */
export const toZoned = (atMs: number, zone: string): string => {
  const { date, time } = timeParts(atMs, zone)
  return `${date}T${time.slice(0, 8)}`
}

/** The moment at which a clock in a zone shows this; the earlier one where it does so twice. Null: not a time. */
export const fromZoned = (text: string, zone: string): number | null => {
  const shown = Date.parse(`${text}Z`)
  if (Number.isNaN(shown)) return null
  const aheadAt = (atMs: number): number =>
    Date.parse(`${toZoned(atMs, zone)}Z`) - Math.floor(atMs / 1_000) * 1_000
  // Once more with the offset that holds there: a change of the clock may lie in between.
  return shown - aheadAt(shown - aheadAt(shown))
}
