import { usePreferences } from '../../client/preferences.ts'
import { useIsNarrow } from '../../patterns/use-is-narrow.ts'

/** Whether the navigation shows icons alone: as somebody has chosen, else where the window is narrow. */
export const useIsRailFolded = (): boolean => {
  const { railCollapsed } = usePreferences()
  const isNarrow = useIsNarrow()
  return railCollapsed ?? isNarrow
}
