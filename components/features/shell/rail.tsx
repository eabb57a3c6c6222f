'use client'
import { useQuery } from '@tanstack/react-query'
import { ChevronsLeft, ChevronsRight } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { endpointQuery } from '../../client/call-endpoint.ts'
import { endpoints } from '../../client/endpoints.ts'
import { setPreferences, usePreferences } from '../../client/preferences.ts'
import { classNames } from '../../ui/class-names.ts'
import { nounOfPath, nouns } from './nouns.ts'
import { useIsRailFolded } from './use-is-rail-folded.ts'

const troubleNouns: Readonly<Record<string, string>> = {
  'failure-group': 'dead-letters',
  group: 'groups',
  topic: 'topics',
  traces: 'traces',
}

/**
 * How it looks. Until somebody has chosen, the width of the window tells, and style sheets alone see to it: nothing moves
 * when the page wakes up.
 */
const looks = {
  open: { rail: 'w-[212px]', title: 'flex-1 truncate', count: 'px-1.5' },
  folded: { rail: 'w-12', title: 'sr-only', count: 'absolute -top-1 -right-1 px-1 leading-4' },
  byWindow: {
    rail: 'w-[212px] max-[1100px]:w-12',
    title: 'flex-1 truncate max-[1100px]:sr-only',
    count:
      'px-1.5 max-[1100px]:absolute max-[1100px]:-top-1 max-[1100px]:-right-1 max-[1100px]:px-1 max-[1100px]:leading-4',
  },
} as const

/** The nouns on the left, each with its count of trouble. */
export const Rail = ({ connection }: { readonly connection: string }) => {
  const { railCollapsed } = usePreferences()
  const isFolded = useIsRailFolded()
  const look = looks[railCollapsed === null ? 'byWindow' : railCollapsed ? 'folded' : 'open']
  const current = nounOfPath(usePathname())
  const { data } = useQuery(endpointQuery(endpoints.showOverview, { params: { connection } }))
  const counts = new Map<string, number>()
  for (const { link } of data?.data.troubles ?? []) {
    const noun = troubleNouns[link.noun]
    if (noun !== undefined) counts.set(noun, (counts.get(noun) ?? 0) + 1)
  }
  const running = data?.data.replaysRunning ?? 0
  return (
    <nav
      aria-label="Main"
      className={classNames(
        'sticky top-[3px] flex h-[calc(100vh-3px)] shrink-0 flex-col border-r border-line bg-panel',
        look.rail,
      )}
    >
      <Link
        href={`/${connection}`}
        className="flex h-11 items-center gap-2 border-b border-line px-3 font-strong"
        aria-label="Spillway, to the overview"
      >
        <svg
          aria-hidden
          width="18"
          height="18"
          viewBox="0 0 18 18"
          fill="none"
          stroke="var(--accent)"
          strokeWidth="2"
          strokeLinecap="round"
          className="shrink-0"
        >
          <path d="M2 4h6c4 0 3 5 5 7s3 3 3 3" />
          <path d="M2 9h4c3 0 3 5 6 5" />
          <path d="M2 14h3" />
        </svg>
        <span className={look.title}>Spillway</span>
      </Link>
      <ul className="flex flex-1 flex-col gap-0.5 p-1.5">
        {nouns.map(({ id, title, icon: Icon, address }) => {
          const count = counts.get(id) ?? 0
          const isCurrent = current?.id === id
          return (
            <li key={id}>
              <Link
                href={address(connection)}
                title={isFolded ? title : undefined}
                aria-current={isCurrent ? 'page' : undefined}
                className={classNames(
                  'relative flex h-8 items-center gap-2.5 rounded-base px-2',
                  isCurrent
                    ? 'bg-selected font-strong text-text'
                    : 'text-muted hover:bg-hover hover:text-text',
                )}
              >
                <Icon aria-hidden size={16} strokeWidth={1.75} className="shrink-0" />
                <span className={look.title}>{title}</span>
                {count > 0 ? (
                  <span
                    className={classNames(
                      'rounded-full border border-critical-line bg-critical-bg text-small text-critical',
                      look.count,
                    )}
                  >
                    {count}
                    <span className="sr-only"> in trouble</span>
                  </span>
                ) : id === 'replays' && running > 0 ? (
                  <span
                    className={classNames(
                      'rounded-full border border-info-line bg-info-bg text-small text-info',
                      look.count,
                    )}
                  >
                    {running}
                    <span className="sr-only"> running</span>
                  </span>
                ) : null}
              </Link>
            </li>
          )
        })}
      </ul>
      <button
        type="button"
        onClick={() => setPreferences({ railCollapsed: !isFolded })}
        className="flex h-9 items-center gap-2.5 border-t border-line px-3.5 text-muted hover:text-text"
      >
        {isFolded ? <ChevronsRight aria-hidden size={16} /> : <ChevronsLeft aria-hidden size={16} />}
        <span className={isFolded ? 'sr-only' : ''}>{isFolded ? 'Unfold navigation' : 'Fold'}</span>
      </button>
    </nav>
  )
}
