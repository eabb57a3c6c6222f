import type { ScanReport } from '#server/contracts/messages.ts'
import { Ago } from '../../patterns/ago.tsx'
import { formatBytes, formatCount, formatDuration } from '../../patterns/quantity.ts'
import { Time } from '../../patterns/time.tsx'
import { matchWords, spentBudget, stopWords } from './search-words.ts'

/** What was read for the rows that are shown, and why it stopped. */
export const ScanLine = ({
  scan,
  shown,
  readAt,
}: {
  readonly scan: ScanReport
  readonly shown: number
  readonly readAt: number
}) => (
  <span className="ml-auto text-small text-muted" role="status">
    {formatCount(shown)} shown · read {formatCount(scan.messages)} messages, {formatBytes(scan.bytes)} in{' '}
    {formatDuration(scan.durationMs)} · {stopWords(scan)} · <Ago at={readAt} />
  </span>
)

/** How far a search has come that its budget has ended, in a sentence. */
export const SearchedBackTo = ({ scan, last }: { readonly scan: ScanReport; readonly last: ScanReport }) => (
  <>
    {scan.backToMs === null ? 'searched' : 'searched back to '}
    {scan.backToMs === null ? null : <Time at={scan.backToMs} />}; the budget of {spentBudget(last)} was used
    up
  </>
)

/** A search that is not at its end must not read as if it were. */
export const SearchStrip = ({
  scan,
  last,
  found,
}: {
  readonly scan: ScanReport
  readonly last: ScanReport
  readonly found: number
}) => {
  if (last.stop !== 'budget' || found === 0) return null
  return (
    <p
      data-state="partial"
      className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning"
      role="status"
    >
      {matchWords(found)} so far, <SearchedBackTo scan={scan} last={last} />. Older messages may match too.
    </p>
  )
}

/** Partitions that could not be read: what they hold is missing from the list. */
export const ScanErrors = ({ errors }: { readonly errors: ScanReport['errors'] }) =>
  errors.length === 0 ? null : (
    <ul data-state="partial" className="border-b border-warning-line bg-warning-bg px-3 py-1.5 text-warning">
      {errors.map(({ partition, detail }) => (
        <li key={`${partition} ${detail}`}>
          Partial: partition {partition} could not be read: {detail}
        </li>
      ))}
    </ul>
  )
