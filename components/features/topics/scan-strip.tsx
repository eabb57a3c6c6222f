import dynamic from 'next/dynamic'
import { joinRanges } from '#server/contracts/join-ranges.ts'
import type { ScanReport } from '#server/contracts/messages.ts'
import { Ago } from '../../patterns/ago.tsx'
import { stopWords } from '../../patterns/message-search/search-words.ts'
import { formatBytes, formatCount, formatDuration, sayMany } from '../../patterns/quantity.ts'

// Beside the list, not before it: a page opens without it.
const ScannedOffsets = dynamic(
  () => import('../../patterns/message-search/scanned-offsets.tsx').then((module) => module.ScannedOffsets),
  { ssr: false },
)

/** What was read for the rows that are shown, all pages together, and why it stopped. */
export const ScanLine = ({
  scans,
  shown,
  readAt,
}: {
  readonly scans: readonly ScanReport[]
  readonly shown: number
  readonly readAt: number
}) => {
  const last = scans.at(-1)
  if (!last) return null
  const sum = (of: (scan: ScanReport) => string): string =>
    scans.reduce((total, scan) => total + BigInt(of(scan)), 0n).toString()
  const figures = { messages: sum(({ messages }) => messages), bytes: sum(({ bytes }) => bytes) }
  const ranges = joinRanges(scans.flatMap((scan) => scan.ranges ?? []))
  const durationMs = scans.reduce((total, scan) => total + scan.durationMs, 0)
  return (
    <span className="text-small text-muted">
      <span role="status">
        {formatCount(shown)} shown · read {sayMany(figures.messages, 'message')}, {formatBytes(figures.bytes)}{' '}
        in {formatDuration(durationMs)} · {stopWords(last)}
      </span>
      {ranges.length > 0 ? (
        <>
          {' '}
          · <ScannedOffsets ranges={ranges} report={{ ...last, ...figures, durationMs }} />
        </>
      ) : null}{' '}
      · <Ago at={readAt} />
    </span>
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
