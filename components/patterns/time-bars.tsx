'use client'
import { type KeyboardEvent, type PointerEvent, useId, useRef, useState } from 'react'
import { classNames } from '../ui/class-names.ts'
import { moveInBars, orderBars } from './time-bars-moves.ts'

export type TimeBar = {
  readonly fromMs: number
  /** Exclusive. */
  readonly untilMs: number
  readonly count: number
  /** Drawn hatched: not a count but an estimate. */
  readonly estimated: boolean
  /** The bar in words, for those who can not see it. */
  readonly words: string
}

/**
 * Bars over time, as wide as their times. A range of them is chosen by dragging, or with the arrow keys, Shift for more
 * than one, and Enter; Esc lets go. `onPoint` tells which bars are pointed at, so that their figures can stand beside.
 */
export const TimeBars = ({
  label,
  bars,
  onChoose,
  onPoint,
}: {
  readonly label: string
  readonly bars: readonly TimeBar[]
  readonly onChoose: (range: { readonly sinceMs: number; readonly untilMs: number }) => void
  readonly onPoint: (range: { readonly from: number; readonly to: number } | null) => void
}) => {
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const [held, setHeld] = useState<{ readonly anchor: number; readonly head: number } | null>(null)
  const [isDragging, setIsDragging] = useState(false)
  const start = bars[0]?.fromMs ?? 0
  const span = Math.max(1, (bars.at(-1)?.untilMs ?? 1) - start)
  const most = Math.max(1, ...bars.map(({ count }) => count))
  const percent = (ms: number): string => `${(ms / span) * 100}%`
  const chosen = held === null ? null : orderBars(held)

  const barAt = (event: PointerEvent): number => {
    const rect = box.current?.getBoundingClientRect()
    if (!rect || rect.width === 0) return 0
    const at = start + ((event.clientX - rect.left) / rect.width) * span
    const found = bars.findIndex(({ untilMs }) => at < untilMs)
    return found < 0 ? bars.length - 1 : found
  }
  const hold = (next: typeof held): void => {
    setHeld(next)
    onPoint(next === null ? null : orderBars(next))
  }
  const choose = (range: { readonly from: number; readonly to: number }): void => {
    const [first, last] = [bars[range.from], bars[range.to]]
    hold(null)
    if (first && last) onChoose({ sinceMs: first.fromMs, untilMs: last.untilMs })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && held !== null) hold(null)
    else if ((event.key === 'Enter' || event.key === ' ') && chosen !== null) choose(chosen)
    else {
      const next = moveInBars(held, event.key, event.shiftKey, bars.length)
      if (next === null) return
      hold(next)
    }
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div
      ref={box}
      role="listbox"
      aria-label={label}
      aria-multiselectable
      tabIndex={0}
      {...(held === null ? {} : { 'aria-activedescendant': `${id}-${held.head}` })}
      onKeyDown={onKeyDown}
      onFocus={() => {
        if (held === null && bars.length > 0 && box.current?.matches(':focus-visible'))
          hold({ anchor: bars.length - 1, head: bars.length - 1 })
      }}
      onBlur={() => hold(null)}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        const at = barAt(event)
        setIsDragging(true)
        hold({ anchor: at, head: at })
      }}
      onPointerMove={(event) => {
        const head = barAt(event)
        if (isDragging && held) {
          if (head !== held.head) hold({ anchor: held.anchor, head })
        } else if (held === null) onPoint({ from: head, to: head })
      }}
      onPointerUp={() => {
        setIsDragging(false)
        if (isDragging && chosen !== null) choose(chosen)
      }}
      onPointerCancel={() => {
        setIsDragging(false)
        hold(null)
      }}
      onPointerLeave={() => {
        if (held === null) onPoint(null)
      }}
      className="relative h-11 cursor-crosshair touch-none border-b border-line-strong select-none"
    >
      {bars.map(({ fromMs, untilMs, count, estimated, words }, index) => {
        const isChosen = chosen !== null && index >= chosen.from && index <= chosen.to
        return (
          <div
            key={fromMs}
            id={`${id}-${index}`}
            role="option"
            aria-selected={isChosen}
            aria-label={words}
            className={classNames('absolute inset-y-0 pr-px', isChosen ? 'bg-selected' : 'hover:bg-hover')}
            style={{ left: percent(fromMs - start), width: percent(untilMs - fromMs) }}
          >
            {count > 0 ? (
              <div
                aria-hidden
                className={classNames(
                  'absolute bottom-0 left-0 right-px',
                  isChosen ? 'text-accent' : 'text-line-strong',
                  estimated ? 'estimated-bar' : 'bg-current',
                )}
                // What is there is seen, however little of the highest it is.
                style={{ height: `max(2px, ${(count / most) * 100}%)` }}
              />
            ) : null}
          </div>
        )
      })}
    </div>
  )
}
