'use client'
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { useHotkey } from '../client/use-hotkey.ts'
import { moveOfKey, rangeOfKeys } from './row-moves.ts'

export type Selection = {
  readonly chosen: ReadonlySet<string>
  readonly onChange: (chosen: ReadonlySet<string>) => void
}

/**
 * The keyboard of a list: which row holds the focus, by its key and not by its place, so that it keeps it while rows
 * come, go and scroll out of sight. Moving, choosing one or a range, looking at a row, opening it.
 */
export const useRowKeys = ({
  keys,
  body,
  rowPx,
  selection,
  looked = null,
  onLook,
  onOpen,
  onMoved,
}: {
  readonly keys: readonly string[]
  readonly body: RefObject<HTMLElement | null>
  readonly rowPx: number
  readonly selection: Selection | undefined
  readonly looked?: string | null | undefined
  readonly onLook: ((key: string) => void) | undefined
  readonly onOpen: (index: number) => void
  /** Brings a row into sight before it takes the focus. */
  readonly onMoved: (index: number) => void
}) => {
  const [held, setHeld] = useState<{ readonly key: string; readonly index: number } | null>(null)
  /** The row that was moved to, until it has the focus. */
  const mustFocus = useRef<string | null>(null)
  const anchor = useRef<{ readonly key: string; readonly base: ReadonlySet<string> } | null>(null)
  const found = held === null ? -1 : keys.indexOf(held.key)
  const lookedAt = looked === null ? -1 : keys.indexOf(looked)
  // A row that is gone leaves its place to the one that stands there now.
  const active = found >= 0 ? found : held ? Math.min(held.index, keys.length - 1) : Math.max(0, lookedAt)

  const holdIndex = (index: number): void => {
    const key = keys[index]
    if (key !== undefined && (key !== held?.key || index !== held.index)) setHeld({ key, index })
  }
  useEffect(() => {
    // A render that was under way before the move still draws the row before as the active one.
    if (mustFocus.current === null || mustFocus.current !== keys[active]) return
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${active}"]`)
    // Scrolled there, but not drawn yet: it takes the focus with the render that draws it.
    if (!row) return
    mustFocus.current = null
    row.focus()
  })

  const toggle = (key: string): void => {
    if (!selection) return
    const chosen = new Set(selection.chosen)
    if (!chosen.delete(key)) chosen.add(key)
    anchor.current = { key, base: chosen }
    selection.onChange(chosen)
  }
  const extendTo = (key: string): void => {
    if (!selection) return
    anchor.current ??= { key: keys[active] ?? key, base: selection.chosen }
    const { key: from, base } = anchor.current
    selection.onChange(new Set([...base, ...rangeOfKeys(keys, from, key)]))
  }
  const move = (index: number, extends_: boolean): void => {
    const key = keys[index]
    if (key === undefined) return
    if (extends_) extendTo(key)
    else anchor.current = null
    holdIndex(index)
    mustFocus.current = key
    onMoved(index)
    // Open details follow the row; closed ones are opened by Enter, not by moving past.
    if (onLook && !extends_ && looked !== null) onLook(key)
  }

  /** Where the keyboard is: on its way to a row that is not drawn as the active one yet, or at `index`. */
  const placeFrom = (index: number): number => {
    const next = mustFocus.current === null ? -1 : keys.indexOf(mustFocus.current)
    return next >= 0 ? next : index
  }

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const target = event.target as HTMLElement
    const current = target.closest<HTMLElement>('[data-row]')
    if (!current || event.ctrlKey || event.metaKey || event.altKey) return
    if (target.matches('input:not([type=checkbox]), textarea, select')) return
    const index = placeFrom(Number(current.dataset.row))
    const key = keys[index]
    if (key === undefined) return
    const height = Math.min(body.current?.clientHeight ?? 0, window.innerHeight - 220)
    const next = moveOfKey(event.key, index, keys.length, Math.floor(height / rowPx))
    if (next !== null) move(next, event.shiftKey && selection !== undefined)
    else if (event.key === 'Enter' && target === current)
      onLook && key !== looked ? onLook(key) : onOpen(index)
    else if (event.key === ' ' && target === current && (selection || onLook))
      selection ? toggle(key) : onLook?.(key)
    else if (event.key === 'x' && selection) toggle(key)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  // With the details open, the list goes on moving wherever the focus is.
  useHotkey('j', () => move(Math.min(keys.length - 1, placeFrom(lookedAt) + 1), false), lookedAt >= 0)
  useHotkey('k', () => move(Math.max(0, placeFrom(lookedAt) - 1), false), lookedAt >= 0)

  return { active, holdIndex, onKeyDown, toggle, extendTo }
}
