'use client'
import { Moon, Pause, Play, RadioTower, Search, Sun } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { decodePart } from '#server/contracts/api-address.ts'
import type { ConnectionSummary } from '#server/contracts/connections.ts'
import { useLive } from '../../client/live-provider.tsx'
import { toggleTheme, usePreferences } from '../../client/preferences.ts'
import { routes } from '../../client/routes.ts'
import { useZone } from '../../client/zone-provider.tsx'
import { isZone } from '../../patterns/time-text.ts'
import { Button } from '../../ui/button.tsx'
import { classNames } from '../../ui/class-names.ts'
import { Kbd } from '../../ui/kbd.tsx'
import { Select } from '../../ui/select.tsx'
import { nounOfPath } from './nouns.ts'

const zones = [
  'local',
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Los_Angeles',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Australia/Sydney',
]

const liveWords = {
  live: 'Changes are followed',
  connecting: 'Connecting to the stream of changes',
  lost: 'The stream of changes is lost, trying again; pages are loaded anew every few seconds',
} as const

/** Connection, where one is, time zone, theme, live switch and search. */
export const TopBar = ({
  connection,
  connections,
  onFind,
}: {
  readonly connection: string
  readonly connections: readonly ConnectionSummary[]
  readonly onFind: () => void
}) => {
  const router = useRouter()
  const { theme } = usePreferences()
  const { zone, setZone } = useZone()
  const live = useLive()
  const current = connections.find(({ id }) => id === connection)
  const isDark = theme === 'dark'
  return (
    <header className="sticky top-[3px] z-20 flex h-11 items-center gap-3 border-b border-line bg-panel px-4">
      {connections.length > 1 ? (
        <Select
          aria-label="Connection"
          value={connection}
          onChange={(event) => router.push(routes.overview(event.target.value))}
        >
          {connections.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      ) : (
        <span className="truncate font-strong">{current?.name ?? connection}</span>
      )}
      {current ? (
        <span className="rounded-small border border-line px-1.5 text-small text-muted">
          {current.environment.name}
          {current.readOnly ? ' · read-only' : ''}
        </span>
      ) : null}
      <Breadcrumb connection={connection} />
      <div className="ml-auto flex items-center gap-2">
        <button
          type="button"
          onClick={onFind}
          className="flex h-7 w-56 items-center gap-2 rounded-base border border-line-strong bg-panel px-2 text-muted hover:bg-hover max-[1100px]:w-40"
        >
          <Search aria-hidden size={14} />
          <span className="flex-1 truncate text-left">Find</span>
          <Kbd>Ctrl K</Kbd>
        </button>
        <Select
          aria-label="Time zone"
          value={zone}
          onChange={(event) => setZone(event.target.value)}
          quiet
          className="max-w-32"
        >
          {[...new Set([...zones, zone])]
            .filter((one) => one === 'local' || isZone(one))
            .map((one) => (
              <option key={one} value={one}>
                {one === 'local' ? 'Local time' : one}
              </option>
            ))}
        </Select>
        <Button
          kind={live.state === 'lost' ? 'lost' : live.isOn ? 'active' : 'bare'}
          aria-pressed={live.isOn}
          title={`${liveWords[live.state]}. ${live.isOn ? 'New rows come into lists by themselves' : 'New rows wait to be asked for'} (Shift+L)`}
          onClick={() => live.setOn(!live.isOn)}
        >
          {live.state === 'lost' ? (
            <RadioTower aria-hidden size={14} />
          ) : live.isOn ? (
            <Play aria-hidden size={14} className="text-ok" />
          ) : (
            <Pause aria-hidden size={14} />
          )}
          {live.state === 'lost' ? 'Not live' : live.state === 'connecting' ? 'Live…' : 'Live'}
        </Button>
        <Button
          kind="bare"
          aria-label="Switch between light and dark"
          title="Light or dark (Shift+D)"
          onClick={toggleTheme}
        >
          {isDark ? <Sun aria-hidden size={15} /> : <Moon aria-hidden size={15} />}
        </Button>
      </div>
    </header>
  )
}

/** The page of what stands first behind a noun, where more stands behind it. */
const pagesOf: Readonly<Record<string, ((connection: string, name: string) => string) | undefined>> = {
  topics: routes.topic,
  schemas: routes.subject,
  'dead-letters': routes.deadLetter,
}

const Breadcrumb = ({ connection }: { readonly connection: string }) => {
  const path = usePathname()
  const noun = nounOfPath(path)
  const deeper = path
    .split('/')
    .slice(3)
    .filter((one) => one !== 'messages')
    .map(decodePart)
    // A UUID says nothing to a reader; its beginning is enough to tell it from another.
    .map((one) => (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(one) ? one.slice(0, 8) : one))
  if (!noun || noun.id === 'overview') return null
  const pageOf = pagesOf[noun.id]
  return (
    <nav aria-label="Breadcrumb" className="flex min-w-0 items-center gap-1.5 text-muted">
      <Link href={noun.address(connection)} className="link whitespace-nowrap">
        {noun.title}
      </Link>
      {deeper.map((one, index) => (
        // The last says where one is: a long name before it gives way.
        <span
          key={one}
          className={classNames(
            'flex items-center gap-1.5',
            index > 0 && index === deeper.length - 1 ? 'shrink-0' : 'min-w-0',
          )}
        >
          <span aria-hidden className="text-faint">
            /
          </span>
          {pageOf !== undefined && index === 0 && deeper.length > 1 ? (
            <Link
              href={pageOf(connection, one)}
              className="link max-w-80 truncate font-mono text-small"
              title={one}
            >
              {one}
            </Link>
          ) : (
            <span className="max-w-56 truncate font-mono text-small" title={one}>
              {one}
            </span>
          )}
        </span>
      ))}
    </nav>
  )
}
