import { useSyncExternalStore } from 'react'

const never = (): (() => void) => () => {}

/** Whether this is the drawing of the server, or that of a browser that takes it over and has to draw the same. */
export const useIsHydrating = (): boolean =>
  useSyncExternalStore(
    never,
    () => false,
    () => true,
  )
