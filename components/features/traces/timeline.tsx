'use client'
import { useVirtualizer } from '@tanstack/react-virtual'
import { CircleX } from 'lucide-react'
import { type KeyboardEvent, useRef } from 'react'
import { useHotkey } from '../../client/use-hotkey.ts'
import { formatCount, formatNanoseconds } from '../../patterns/quantity.ts'
import { serviceColour } from '../../patterns/service-colour.ts'
import { classNames } from '../../ui/class-names.ts'
import { type GapRow, placeOnAxis, type SpanRow, type TimelineRow } from './timeline-model.ts'

const rowPx = 26
const windowedFrom = 200
const ticks = [0, 0.25, 0.5, 0.75, 1] as const

/** Spans as bars over time, with the waits in queues hatched between producer and consumer. */
export const Timeline = ({
  rows,
  durationNs,
  chosen,
  onChoose,
}: {
  readonly rows: readonly TimelineRow[]
  readonly durationNs: number
  readonly chosen: string | null
  readonly onChoose: (spanId: string) => void
}) => {
  const body = useRef<HTMLDivElement>(null)
  const isWindowed = rows.length > windowedFrom
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => body.current,
    estimateSize: () => rowPx,
    overscan: 15,
    enabled: isWindowed,
  })
  const drawn = isWindowed
    ? virtual.getVirtualItems().map(({ index, start }) => ({ index, start }))
    : rows.map((_, index) => ({ index, start: 0 }))

  const go = (index: number): void => {
    const row = rows[index]
    if (row?.kind !== 'span') return
    onChoose(row.span.spanId)
    if (isWindowed) virtual.scrollToIndex(index)
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-row="${index}"]`)?.focus())
  }
  const nextFrom = (from: number, step: 1 | -1, fits: (row: TimelineRow, index: number) => boolean): void => {
    for (let index = from + step; index >= 0 && index < rows.length; index += step) {
      const row = rows[index]
      if (!row || !fits(row, index)) continue
      go(index)
      return
    }
  }
  const current = rows.findIndex((row) => row.kind === 'span' && row.span.spanId === chosen)
  const isSpan = (row: TimelineRow): boolean => row.kind === 'span'
  const isError = (row: TimelineRow): boolean => row.kind === 'span' && row.span.status === 'error'
  const isAfterWait = (row: TimelineRow, index: number): boolean =>
    isSpan(row) && rows[index - 1]?.kind === 'gap'
  useHotkey('e', () =>
    rows.slice(current + 1).some(isError) ? nextFrom(current, 1, isError) : nextFrom(-1, 1, isError),
  )
  useHotkey('n', () => nextFrom(current, 1, isAfterWait))
  useHotkey('p', () => nextFrom(current, -1, isAfterWait))
  useHotkey('j', () => nextFrom(current, 1, isSpan))
  useHotkey('k', () => nextFrom(current, -1, isSpan))

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] as 1 | -1 | undefined
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    nextFrom(current, step, isSpan)
  }
  return (
    <div className="min-w-0 overflow-hidden rounded-base border border-line bg-panel">
      <div
        aria-hidden
        className="grid grid-cols-[minmax(200px,36%)_1fr] border-b border-line text-small text-muted"
      >
        <div className="px-3 py-1">Span</div>
        <div className="relative h-6">
          {ticks.map((tick) => (
            <span
              key={tick}
              className="absolute top-1 whitespace-nowrap"
              style={tick === 1 ? { right: 8 } : { left: `${tick * 100}%`, paddingLeft: 4 }}
            >
              {formatNanoseconds(String(Math.round(durationNs * tick)))}
            </span>
          ))}
        </div>
      </div>
      <div
        ref={body}
        role="listbox"
        aria-label="Spans of the trace"
        tabIndex={-1}
        onKeyDown={onKeyDown}
        className={isWindowed ? 'max-h-[calc(100vh-260px)] overflow-y-auto' : ''}
      >
        <div
          role="presentation"
          className="relative"
          style={isWindowed ? { height: virtual.getTotalSize() } : undefined}
        >
          {drawn.map(({ index, start }) => {
            const row = rows[index]
            if (!row) return null
            const place = isWindowed
              ? { position: 'absolute' as const, top: start, left: 0, right: 0 }
              : undefined
            return row.kind === 'gap' ? (
              <Gap key={row.key} row={row} durationNs={durationNs} style={place} />
            ) : (
              <Span
                key={row.key}
                row={row}
                index={index}
                durationNs={durationNs}
                isChosen={row.span.spanId === chosen}
                onChoose={onChoose}
                style={place}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

const rowClass =
  'grid h-[26px] grid-cols-[minmax(200px,36%)_1fr] items-center border-b border-line last:border-b-0'
const indent = (depth: number) => ({ paddingLeft: 12 + Math.min(depth, 16) * 12 })

const Span = ({
  row,
  index,
  durationNs,
  isChosen,
  onChoose,
  style,
}: {
  readonly row: SpanRow
  readonly index: number
  readonly durationNs: number
  readonly isChosen: boolean
  readonly onChoose: (spanId: string) => void
  readonly style: React.CSSProperties | undefined
}) => {
  const { span, depth } = row
  const { left, width } = placeOnAxis(row, durationNs)
  const duration = formatNanoseconds(span.durationNs)
  const isLate = left + width > 80
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled once, by the list
    <div
      role="option"
      aria-selected={isChosen}
      data-row={index}
      tabIndex={isChosen ? 0 : -1}
      onClick={() => onChoose(span.spanId)}
      className={classNames(
        rowClass,
        'cursor-pointer hover:bg-hover focus-visible:-outline-offset-2',
        isChosen && 'bg-selected hover:bg-selected',
      )}
      style={style}
    >
      <div className="flex min-w-0 items-center gap-2 pr-2" style={indent(depth)}>
        <span
          aria-hidden
          className="size-2 shrink-0 rounded-full"
          style={{ background: serviceColour(span.service) }}
        />
        <span className="shrink-0 text-muted">{span.service}</span>
        <span className="truncate" title={span.name}>
          {span.name}
        </span>
        {span.status === 'error' ? (
          <span className="inline-flex shrink-0 items-center gap-1 text-critical">
            <CircleX aria-hidden size={13} />
            <span className="sr-only">error</span>
          </span>
        ) : null}
      </div>
      <div className="relative h-full">
        <span
          aria-hidden
          className="absolute top-[8px] h-[10px] rounded-[2px]"
          style={{ left: `${left}%`, width: `${width}%`, background: serviceColour(span.service) }}
        />
        <span
          className="absolute top-[3px] px-1.5 text-small whitespace-nowrap text-muted"
          style={isLate ? { right: `${100 - left}%` } : { left: `${left + width}%` }}
        >
          {duration}
        </span>
      </div>
    </div>
  )
}

const Gap = ({
  row,
  durationNs,
  style,
}: {
  readonly row: GapRow
  readonly durationNs: number
  readonly style: React.CSSProperties | undefined
}) => {
  const { edge, depth } = row
  const { left, width } = placeOnAxis(row, durationNs)
  const where = `${edge.topic}${edge.partition === null ? '' : ` p${edge.partition}`}${edge.offset === null ? '' : ` @${formatCount(edge.offset)}`}`
  return (
    <div role="presentation" data-gap className={rowClass} style={style}>
      <div className="truncate pr-2 text-small text-queue" style={indent(depth)} title={where}>
        in queue {where}
      </div>
      <div className="relative h-full">
        <span
          aria-hidden
          className="absolute top-[8px] h-[10px] rounded-[2px] border border-queue"
          style={{
            left: `${left}%`,
            width: `${width}%`,
            background: 'repeating-linear-gradient(135deg, var(--queue) 0 1px, transparent 1px 5px)',
          }}
        />
        <span
          className="absolute top-[3px] px-1.5 text-small whitespace-nowrap text-queue"
          style={labelPlace(left, width)}
        >
          <span className={width > 30 ? 'bg-panel px-1' : ''}>waited {formatNanoseconds(edge.waitedNs)}</span>
        </span>
      </div>
    </div>
  )
}

/** The words of a wait stand after its bar, before it where the bar ends late, and on it where it fills the row. */
const labelPlace = (left: number, width: number): React.CSSProperties => {
  if (width > 30) return { left: `${left + width / 2}%`, transform: 'translateX(-50%)' }
  return left + width > 80 ? { right: `${100 - left}%` } : { left: `${left + width}%` }
}
