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

const troubleNouns: Readonly<Record<string, string>> = {
  'failure-group': 'dead-letters',
  group: 'groups',
  topic: 'topics',
  traces: 'traces',
}

/** The nouns on the left, each with its count of trouble. */
export const Rail = ({ connection }: { readonly connection: string }) => {
  const { railCollapsed } = usePreferences()
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
        railCollapsed ? 'w-11' : 'w-[212px]',
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
        {railCollapsed ? null : 'Spillway'}
      </Link>
      <ul className="flex flex-1 flex-col gap-0.5 p-1.5">
        {nouns.map(({ id, title, icon: Icon, address }) => {
          const count = counts.get(id) ?? 0
          const isCurrent = current?.id === id
          return (
            <li key={id}>
              <Link
                href={address(connection)}
                title={railCollapsed ? title : undefined}
                aria-current={isCurrent ? 'page' : undefined}
                className={classNames(
                  'relative flex h-8 items-center gap-2.5 rounded-base px-2',
                  isCurrent
                    ? 'bg-selected font-strong text-text'
                    : 'text-muted hover:bg-hover hover:text-text',
                )}
              >
                <Icon aria-hidden size={16} strokeWidth={1.75} className="shrink-0" />
                <span className={railCollapsed ? 'sr-only' : 'flex-1 truncate'}>{title}</span>
                {count > 0 ? (
                  <span
                    className={classNames(
                      'rounded-full border border-critical-line bg-critical-bg text-small text-critical',
                      railCollapsed ? 'absolute -top-1 right-0 px-1' : 'px-1.5',
                    )}
                  >
                    {count}
                    <span className="sr-only"> in trouble</span>
                  </span>
                ) : id === 'replays' && running > 0 ? (
                  <span className="rounded-full border border-info-line bg-info-bg px-1.5 text-small text-info">
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
        onClick={() => setPreferences({ railCollapsed: !railCollapsed })}
        className="flex h-9 items-center gap-2.5 border-t border-line px-3.5 text-muted hover:text-text"
      >
        {railCollapsed ? <ChevronsRight aria-hidden size={16} /> : <ChevronsLeft aria-hidden size={16} />}
        <span className={railCollapsed ? 'sr-only' : ''}>{railCollapsed ? 'Unfold navigation' : 'Fold'}</span>
      </button>
    </nav>
  )
}
