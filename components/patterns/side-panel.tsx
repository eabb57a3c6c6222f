'use client'
import { ExternalLink, X } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef } from 'react'
import { isOverlayOpen } from '../client/is-overlay-open.ts'
import { setPreferences, usePreferences } from '../client/preferences.ts'
import { useHotkey } from '../client/use-hotkey.ts'
import { Button } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { Kbd } from '../ui/kbd.tsx'

const leastPx = 320
const mostPx = 1_100
const stepPx = 32

const withinBounds = (px: number): number =>
  Math.round(Math.min(mostPx, Math.max(leastPx, Math.min(px, window.innerWidth - 240))))

/**
 * The details of one row over its list, at the right edge. Its left edge is dragged, or moved with the arrow keys; the
 * width is remembered. `o` opens it as a page, Esc closes it; the list beside it goes on moving with j and k.
 *
 * `<SidePanel title="orders" place="3@88213" href={routes.message(…)} onClose={() => setLooked(null)}>…</SidePanel>`
 */
export const SidePanel = ({
  title,
  place,
  mono = false,
  href,
  onClose,
  className,
  children,
}: {
  readonly title: string
  /** What follows the title and is never cut. */
  readonly place?: string
  readonly mono?: boolean
  /** The page of the same details; null where they have no page of their own. */
  readonly href: string | null
  readonly onClose: () => void
  readonly className?: string
  readonly children: ReactNode
}) => {
  const router = useRouter()
  const whole = place === undefined ? title : `${title} ${place}`
  const { sidePx } = usePreferences()
  const close = useRef(onClose)
  close.current = onClose
  useHotkey('o', () => href !== null && router.push(href), href !== null)
  useEffect(() => {
    // Before the shell, for which Esc leads back from the list.
    const onKeyDown = (event: globalThis.KeyboardEvent): void => {
      const isElsewhere =
        event.target instanceof HTMLElement &&
        event.target.matches('input:not([type=checkbox]), textarea, select')
      if (event.key !== 'Escape' || isElsewhere || isOverlayOpen()) return
      event.stopPropagation()
      event.preventDefault()
      close.current()
    }
    window.addEventListener('keydown', onKeyDown, true)
    return () => window.removeEventListener('keydown', onKeyDown, true)
  }, [])

  const onDrag = (event: PointerEvent<HTMLElement>): void => {
    if (event.buttons === 1) setPreferences({ sidePx: withinBounds(window.innerWidth - event.clientX) })
  }
  const onResizeKey = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: stepPx, ArrowRight: -stepPx }[event.key]
    if (step === undefined) return
    event.preventDefault()
    setPreferences({ sidePx: withinBounds(sidePx + step) })
  }
  return (
    <section
      aria-label={`Details: ${whole}`}
      className={classNames(
        'fixed top-[calc(3px+2.75rem)] right-0 bottom-0 z-20 flex max-w-[calc(100vw-80px)] border-l border-line-strong bg-page shadow-overlay',
        className,
      )}
      style={{ width: sidePx }}
    >
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the details"
        aria-valuenow={sidePx}
        aria-valuemin={leastPx}
        aria-valuemax={mostPx}
        tabIndex={0}
        onKeyDown={onResizeKey}
        onPointerDown={(event) => {
          event.preventDefault()
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={onDrag}
        className="absolute inset-y-0 -left-1 z-10 w-2 cursor-col-resize touch-none hover:bg-accent/40 focus-visible:bg-accent/40"
      />
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-10 shrink-0 items-center gap-2 border-b border-line bg-panel px-3">
          <h2
            className={classNames('flex min-w-0 flex-1 gap-[1ch] font-strong', mono && 'font-mono')}
            title={whole}
          >
            <span className="truncate">{title}</span>
            {place === undefined ? null : <span className="shrink-0"> {place}</span>}
          </h2>
          {href === null ? null : (
            <Link
              href={href}
              className="inline-flex h-7 items-center gap-1.5 rounded-base px-2 text-muted hover:bg-hover hover:text-text"
            >
              <ExternalLink aria-hidden size={13} />
              Open page <Kbd>o</Kbd>
            </Link>
          )}
          <Button kind="bare" onClick={onClose} title="Close the details">
            <X aria-hidden size={14} /> Close <Kbd>Esc</Kbd>
          </Button>
        </header>
        <div tabIndex={0} role="group" aria-label={whole} className="min-h-0 flex-1 overflow-y-auto p-3">
          {children}
        </div>
      </div>
    </section>
  )
}
