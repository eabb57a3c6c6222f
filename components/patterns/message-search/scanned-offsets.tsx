'use client'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronDown } from 'lucide-react'
import { useState } from 'react'
import type { ScanReport } from '#server/contracts/messages.ts'
import type { ScannedRange } from '#server/contracts/scanned-ranges.ts'
import { Button } from '../../ui/button.tsx'
import { Popover } from '../../ui/popover.tsx'
import { formatCount } from '../quantity.ts'
import { offsetWords, rangeWords } from './offset-words.ts'

const rowPx = 24
/** Rows that are seen without scrolling. */
const mostSeen = 12

/** The offsets of each partition that a scan has looked at, behind one word of its report; and the report to be copied. */
export const ScannedOffsets = ({
  ranges,
  report,
}: {
  readonly ranges: readonly ScannedRange[]
  /** What is copied: the report as the API gives it, and what was asked where that is known. */
  readonly report: Omit<ScanReport, 'stop'> & { readonly [more: string]: unknown }
}) => {
  const [isOpen, setOpen] = useState(false)
  if (ranges.length === 0) return null
  return (
    <Popover
      open={isOpen}
      onOpenChange={setOpen}
      label="Offsets that were looked at"
      trigger={
        <button
          type="button"
          className="inline-flex items-center gap-0.5 rounded-small underline decoration-dotted underline-offset-2 hover:bg-hover hover:text-text"
        >
          {offsetWords(ranges)} <ChevronDown aria-hidden size={12} />
        </button>
      }
    >
      <div className="flex items-center gap-2 border-b border-line px-3 py-2 text-small">
        <span>{rangeWords(ranges)}</span>
        <span className="ml-auto shrink-0">
          <CopyReport report={{ ...report, ranges }} />
        </span>
      </div>
      <Ranges ranges={ranges} />
    </Popover>
  )
}

const CopyReport = ({ report }: { readonly report: object }) => {
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(JSON.stringify(report, null, 2))
    setCopied(true)
    setTimeout(() => setCopied(false), 1_500)
  }
  return (
    <Button size="small" onClick={() => void copy()}>
      {isCopied ? 'Report copied' : 'Copy report'}
    </Button>
  )
}

const Ranges = ({ ranges }: { readonly ranges: readonly ScannedRange[] }) => {
  // Not by `useRef`: a popover's content is there after its first drawing only.
  const [body, setBody] = useState<HTMLDivElement | null>(null)
  const virtual = useVirtualizer({
    count: ranges.length,
    getScrollElement: () => body,
    estimateSize: () => rowPx,
    overscan: 8,
  })
  const [first] = ranges
  const hasTopics = ranges.some(({ topic }) => topic !== first?.topic)
  const template = `${hasTopics ? 'minmax(0, 1fr) ' : ''}72px minmax(0, 1fr) minmax(0, 1fr) 88px`
  return (
    <div role="table" aria-label="Offsets that were looked at" aria-rowcount={ranges.length + 1}>
      <div
        role="row"
        className="grid gap-x-3 px-3 py-1 text-small text-muted"
        style={{ gridTemplateColumns: template }}
      >
        {hasTopics ? <span role="columnheader">Topic</span> : null}
        <span role="columnheader">Partition</span>
        {['From', 'To', 'Messages'].map((name) => (
          <span key={name} role="columnheader" className="text-right">
            {name}
          </span>
        ))}
      </div>
      <div
        ref={setBody}
        role="rowgroup"
        tabIndex={0}
        className="overflow-y-auto pb-1"
        style={{ maxHeight: rowPx * mostSeen }}
      >
        <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const range = ranges[index]
            if (!range) return null
            return (
              <div
                key={index}
                role="row"
                aria-rowindex={index + 2}
                className="absolute inset-x-0 top-0 grid items-center gap-x-3 px-3 font-mono text-small"
                style={{
                  height: rowPx,
                  gridTemplateColumns: template,
                  transform: `translateY(${start}px)`,
                }}
              >
                {hasTopics ? (
                  <span role="cell" className="truncate" title={range.topic}>
                    {range.topic}
                  </span>
                ) : null}
                <span role="cell">{range.partition}</span>
                <span role="cell" className="text-right">
                  {formatCount(range.from)}
                </span>
                <span role="cell" className="text-right">
                  {formatCount((BigInt(range.to) - 1n).toString())}
                </span>
                <span role="cell" className="text-right">
                  {formatCount(range.messages)}
                </span>
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}
