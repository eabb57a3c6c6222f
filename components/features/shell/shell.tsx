'use client'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import { usePathname, useRouter } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { endpointQuery } from '../../client/call-endpoint.ts'
import type { CommandId } from '../../client/commands.ts'
import { endpoints } from '../../client/endpoints.ts'
import { LiveProvider, useLive } from '../../client/live-provider.tsx'
import { setPreferences, toggleTheme, usePreferences } from '../../client/preferences.ts'
import { useIdleLoad } from '../../client/use-idle-load.ts'
import { ZoneProvider } from '../../client/zone-provider.tsx'
import { loadDialog } from '../../ui/dialog.tsx'
import { makeLatePart } from '../../ui/late-part.tsx'
import { nounOfPath, nouns } from './nouns.ts'
import { Rail } from './rail.tsx'
import { TopBar } from './top-bar.tsx'
import { useFieldKeys } from './use-field-keys.ts'
import { useIsRailFolded } from './use-is-rail-folded.ts'
import { useShellKeys } from './use-shell-keys.ts'

const [CommandMenu, loadCommandMenu] = makeLatePart(() =>
  import('./command-menu.tsx').then((module) => module.CommandMenu),
)
const [MarkDialog, loadMarkDialog] = makeLatePart(() =>
  import('./mark-dialog.tsx').then((module) => module.MarkDialog),
)
const [HelpDialog, loadHelpDialog] = makeLatePart(() =>
  import('./help-dialog.tsx').then((module) => module.HelpDialog),
)
/** What is typed right after the key of a dialog must find it: they come when the page is idle. */
const loadDialogs = () => Promise.all([loadDialog(), loadCommandMenu(), loadMarkDialog(), loadHelpDialog()])

const ExportDock = dynamic(
  () => import('../../patterns/export-dock.tsx').then((module) => module.ExportDock),
  { ssr: false },
)

/** What stands around every page: rail, top bar, palette, keys, and the live stream of the connection. */
export const Shell = ({
  connection,
  children,
}: {
  readonly connection: string
  readonly children: ReactNode
}) => (
  <ZoneProvider>
    <LiveProvider connection={connection}>
      <Frame connection={connection}>{children}</Frame>
    </LiveProvider>
  </ZoneProvider>
)

const Frame = ({ connection, children }: { readonly connection: string; readonly children: ReactNode }) => {
  const router = useRouter()
  const path = usePathname()
  const live = useLive()
  const { density } = usePreferences()
  const isRailFolded = useIsRailFolded()
  const [open, setOpen] = useState<'palette' | 'help' | 'mark' | null>(null)
  const connections = useQuery(endpointQuery(endpoints.listConnections)).data?.connections ?? []
  const current = connections.find(({ id }) => id === connection)

  const run: Partial<Record<CommandId, () => void>> = {
    ...Object.fromEntries(
      nouns.map(({ command, address }) => [command, () => router.push(address(connection))]),
    ),
    'open-palette': () => setOpen('palette'),
    'open-help': () => setOpen('help'),
    'add-mark': () => setOpen('mark'),
    'toggle-theme': toggleTheme,
    'toggle-density': () => setPreferences({ density: density === 'dense' ? 'comfortable' : 'dense' }),
    'toggle-live': () => live.setOn(!live.isOn),
    'toggle-rail': () => setPreferences({ railCollapsed: !isRailFolded }),
    'focus-filter': () => document.querySelector<HTMLInputElement>('[data-filter]')?.focus(),
    'row-down': () => {
      // A row that has the focus moves it by itself.
      if (!document.activeElement?.closest('[data-row]'))
        document.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus()
    },
    'go-back': () => {
      if (path.split('/').length <= 3) return
      // Opened from a pasted link there is nothing to go back to: the list of the noun then.
      if (window.history.length > 1) router.back()
      else router.push(nounOfPath(path)?.address(connection) ?? `/${connection}`)
    },
  }
  useShellKeys(run)
  useFieldKeys()
  useIdleLoad(loadDialogs)

  return (
    <>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:bg-panel focus:p-2"
      >
        Skip to content
      </a>
      <div
        aria-hidden
        className="sticky top-0 z-30 h-[3px]"
        style={{ background: `var(--env-${current?.environment.colour ?? 'grey'})` }}
      />
      <div className="flex">
        <Rail connection={connection} />
        <div className="min-w-0 flex-1">
          <TopBar connection={connection} connections={connections} onFind={() => setOpen('palette')} />
          <main id="main" tabIndex={-1} className="outline-none">
            {children}
          </main>
        </div>
      </div>
      <ExportDock />
      {open === 'palette' ? (
        <CommandMenu connection={connection} onClose={() => setOpen(null)} run={run} />
      ) : null}
      {open === 'mark' ? <MarkDialog onClose={() => setOpen(null)} /> : null}
      {open === 'help' ? <HelpDialog open onOpenChange={() => setOpen(null)} /> : null}
    </>
  )
}
