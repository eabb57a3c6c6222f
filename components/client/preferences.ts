import { useSyncExternalStore } from 'react'
import { storageKey } from './preferences-script.ts'

export type Preferences = {
  readonly theme: 'system' | 'light' | 'dark'
  readonly density: 'comfortable' | 'dense'
  /** `local`, `UTC`, or a name of the IANA time zone database. */
  readonly zone: string
  /** Null: not chosen, folded where the window is narrow. */
  readonly railCollapsed: boolean | null
  /** Width of the details beside a list. */
  readonly sidePx: number
  /** Columns that are left out of a table, by the table's name. */
  readonly hiddenColumns: Readonly<Record<string, readonly string[]>>
}

const defaults: Preferences = {
  theme: 'system',
  density: 'dense',
  zone: 'local',
  railCollapsed: null,
  sidePx: 480,
  hiddenColumns: {},
}

let current: Preferences | null = null
const listeners = new Set<() => void>()

const read = (): Preferences => {
  if (current) return current
  try {
    current = {
      ...defaults,
      ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Preferences>),
    }
  } catch {
    current = defaults
  }
  return current
}

/** Puts the preferences on the document: the same that the script in the page's head does before the first paint. */
const apply = ({ theme, density }: Preferences): void => {
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  document.documentElement.dataset.density = density
}

/** Changes preferences, remembers them and applies them. */
export const setPreferences = (change: Partial<Preferences>): void => {
  current = { ...read(), ...change }
  localStorage.setItem(storageKey, JSON.stringify(current))
  apply(current)
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The preferences of this browser. */
export const usePreferences = (): Preferences => useSyncExternalStore(subscribe, read, () => defaults)

/** Switches between light and dark, from what is shown now: `system` may be either. */
export const toggleTheme = (): void =>
  setPreferences({ theme: document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark' })
