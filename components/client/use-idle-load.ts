'use client'
import { useEffect } from 'react'

/** A browser without idle callbacks (Safari) waits this long instead. */
const waitMs = 500
/** Loaded even while the page is busy. */
const latestMs = 3_000

/**
 * Loads parts of a page that open later as soon as it has nothing else to do, so that they open at once. `load` is the
 * same function each time; what fails now is loaded again when it is opened.
 */
export const useIdleLoad = (load: () => Promise<unknown>): void => {
  useEffect(() => {
    const run = (): void => void load().catch(() => {})
    if (!('requestIdleCallback' in window)) {
      const timer = setTimeout(run, waitMs)
      return () => clearTimeout(timer)
    }
    const id = requestIdleCallback(run, { timeout: latestMs })
    return () => cancelIdleCallback(id)
  }, [load])
}
