'use client'
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { useHotkey } from '../../client/use-hotkey.ts'
import { formatNanoseconds } from '../../patterns/quantity.ts'
import { moveOfKey } from '../../patterns/row-moves.ts'
import type { TimelineRow } from './timeline-model.ts'
import { GapRowView, SpanRowView } from './timeline-rows.tsx'

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
  /** Key of the row of the span looked at. */
  readonly chosen: string | null
  readonly onChoose: (key: string) => void
}) => {
  const body = useRef<HTMLDivElement>(null)
  const isWindowed = rows.length > windowedFrom
  const current = rows.findIndex(({ key }) => key === chosen)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => body.current,
    estimateSize: () => rowPx,
    overscan: 15,
    enabled: isWindowed,
    // The span looked at stays drawn when it is scrolled out of sight: it may hold the focus.
    rangeExtractor: (range) => {
      const inSight = defaultRangeExtractor(range)
      return current < 0 || inSight.includes(current) ? inSight : [...inSight, current].sort((a, b) => a - b)
    },
  })
  const drawn = isWindowed
    ? virtual.getVirtualItems().map(({ index, start }) => ({ index, start }))
    : rows.map((_, index) => ({ index, start: 0 }))

  const movedTo = useRef<string | null>(null)
  const go = (index: number): void => {
    const row = rows[index]
    if (row?.kind !== 'span') return
    movedTo.current = row.key
    onChoose(row.key)
    if (isWindowed) virtual.scrollToIndex(index)
  }
  useEffect(() => {
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${current}"]`)
    if (chosen === null || current < 0) return
    if (movedTo.current === chosen) row?.focus({ preventScroll: isWindowed })
    // Named by the address: it is brought into sight, and the focus stays where it is.
    else if (isWindowed) virtual.scrollToIndex(current, { align: 'center' })
    else row?.scrollIntoView({ block: 'nearest' })
    movedTo.current = chosen
  }, [chosen, current, isWindowed, virtual])

  const isSpan = (row: TimelineRow): boolean => row.kind === 'span'
  const isError = (row: TimelineRow): boolean => row.kind === 'span' && row.span.status === 'error'
  const isAfterWait = (row: TimelineRow, index: number): boolean =>
    isSpan(row) && rows[index - 1]?.kind === 'gap'
  const nextFrom = (
    from: number,
    step: 1 | -1,
    fits: (row: TimelineRow, index: number) => boolean,
  ): boolean => {
    for (let index = from + step; index >= 0 && index < rows.length; index += step) {
      const row = rows[index]
      if (!row || !fits(row, index)) continue
      go(index)
      return true
    }
    return false
  }
  useHotkey('e', () => nextFrom(current, 1, isError) || nextFrom(-1, 1, isError))
  useHotkey('n', () => nextFrom(current, 1, isAfterWait))
  useHotkey('p', () => nextFrom(current, -1, isAfterWait))
  useHotkey('j', () => nextFrom(current, 1, isSpan))
  useHotkey('k', () => nextFrom(current, -1, isSpan))

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    const height = Math.min(body.current?.clientHeight ?? 0, window.innerHeight - 260)
    const next = moveOfKey(event.key, current, rows.length, Math.floor(height / rowPx))
    if (next === null) return
    event.preventDefault()
    event.stopPropagation()
    // A wait has no details of its own: the span beyond it is meant.
    const step = next < current ? -1 : 1
    if (!nextFrom(next - step, step, isSpan)) nextFrom(next + step, step === 1 ? -1 : 1, isSpan)
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
              {tick === 0 ? '0' : formatNanoseconds(String(Math.round(durationNs * tick)))}
            </span>
          ))}
        </div>
      </div>
      <div
        ref={body}
        role="listbox"
        aria-label="Spans of the trace"
        tabIndex={current < 0 ? 0 : -1}
        onKeyDown={onKeyDown}
        className={isWindowed ? 'max-h-[calc(100vh-220px)] overflow-y-auto' : ''}
      >
        <div
          role="presentation"
          className="relative"
          style={isWindowed ? { height: virtual.getTotalSize() } : undefined}
        >
          {drawn.map(({ index, start }) => {
            const row = rows[index]
            if (!row) return null
            const style = isWindowed
              ? { position: 'absolute' as const, top: start, left: 0, right: 0 }
              : undefined
            return row.kind === 'gap' ? (
              <GapRowView key={row.key} row={row} durationNs={durationNs} style={style} />
            ) : (
              <SpanRowView
                key={row.key}
                row={row}
                index={index}
                durationNs={durationNs}
                isChosen={row.key === chosen}
                onChoose={() => go(index)}
                style={style}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}
