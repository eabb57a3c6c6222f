'use client'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'

const lineHeightPx = 20
const drawnWhole = 200

/** Lines of fixed height in a box that scrolls; of many only those in sight are drawn. */
export const WindowedLines = ({
  label,
  count,
  line,
  role = 'group',
  active = -1,
  activeId,
  onKeyDown,
  onRange,
}: {
  readonly label: string
  readonly count: number
  readonly line: (index: number) => ReactNode
  readonly role?: 'group' | 'tree'
  /** Kept in sight when it changes. */
  readonly active?: number
  readonly activeId?: string | undefined
  readonly onKeyDown?: (event: KeyboardEvent) => void
  /** Told which lines are in sight. */
  readonly onRange?: (from: number, to: number) => void
}) => {
  const box = useRef<HTMLDivElement>(null)
  const isWindowed = count > drawnWhole
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => lineHeightPx,
    overscan: 20,
    enabled: isWindowed,
  })
  const items = isWindowed ? virtual.getVirtualItems() : []
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0]
  useEffect(() => {
    if (isWindowed) onRange?.(first, last)
    else onRange?.(0, count - 1)
  }, [first, last, isWindowed, count, onRange])
  const shown = useRef(active)
  useEffect(() => {
    // Only what one moves to is brought into sight: a page must not jump to its payload when that arrives.
    if (active < 0 || shown.current === active) return
    shown.current = active
    if (isWindowed) virtual.scrollToIndex(active)
    else box.current?.querySelector(`[data-line="${active}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [active])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its role is given, a tree or a group
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a label and an active descendant
    <div
      ref={box}
      role={role}
      aria-label={label}
      aria-activedescendant={activeId}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="max-h-[60vh] overflow-auto py-2 font-mono text-small"
    >
      {isWindowed ? (
        <div role="presentation" className="relative w-full" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => (
            <div
              key={index}
              role="presentation"
              data-line={index}
              className="absolute top-0 left-0 min-w-full"
              style={{ height: lineHeightPx, transform: `translateY(${start}px)` }}
            >
              {line(index)}
            </div>
          ))}
        </div>
      ) : (
        Array.from({ length: count }, (_, index) => (
          <div key={index} role="presentation" data-line={index} style={{ height: lineHeightPx }}>
            {line(index)}
          </div>
        ))
      )}
    </div>
  )
}
