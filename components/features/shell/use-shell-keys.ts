'use client'
import { useEffect, useRef } from 'react'
import { type CommandId, commands } from '../../client/commands.ts'
import { isOverlayOpen } from '../../client/is-overlay-open.ts'

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.matches('input:not([type=checkbox]), textarea, select') || target.isContentEditable)

const written = (event: KeyboardEvent): string => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') return 'Ctrl+K'
  if (event.ctrlKey || event.metaKey || event.altKey) return ''
  if (event.shiftKey && /^[A-Z]$/.test(event.key)) return `Shift+${event.key}`
  return event.key === 'Escape' ? 'Esc' : event.key
}

/** Runs the shell's commands by their keys; the second key of a sequence must follow within a second. */
export const useShellKeys = (run: Partial<Record<CommandId, () => void>>): void => {
  const latest = useRef(run)
  latest.current = run
  useEffect(() => {
    let first = ''
    let firstAt = 0
    const byKeys = new Map(
      Object.entries(commands).map(([id, { keys }]) => [keys as string, id as CommandId]),
    )
    const onKeyDown = (event: KeyboardEvent): void => {
      // Taken already: the Esc that has closed a menu must not lead back from its page as well.
      if (event.defaultPrevented) return
      const key = written(event)
      if (key === '' || (key !== 'Ctrl+K' && (isTyping(event.target) || isOverlayOpen()))) return
      const sequence = performance.now() - firstAt < 1_000 ? `${first} ${key}` : key
      const action = latest.current[byKeys.get(sequence) ?? byKeys.get(key) ?? ('' as CommandId)]
      first = key
      firstAt = performance.now()
      if (!action) return
      event.preventDefault()
      first = ''
      action()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}
