'use client'
import { useEffect, useMemo, useState } from 'react'
import { runAtOnce, runInSlices, type SlicedWork } from './run-in-slices.ts'

export type Sliced<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly share: number }

/**
 * The outcome of work over a text. Of a small text it is there at once, also where a page is made; of a large one it is
 * made in slices beside typing and scrolling. `make` may change with each drawing: `key` and `text` say what it is of.
 */
export const useSliced = <T>(
  make: () => SlicedWork<T>,
  text: string | null,
  key: string | number,
  isSmall: boolean,
): Sliced<T> => {
  const atOnce = useMemo(
    () => (isSmall && text !== null ? { value: runAtOnce(make()) } : null),
    [text, key, isSmall],
  )
  const [late, setLate] = useState<{
    readonly of: string
    readonly at: string | number
    readonly value: T
  } | null>(null)
  const [share, setShare] = useState(0)
  useEffect(() => {
    if (isSmall || text === null) return
    const controller = new AbortController()
    let toldAt = 0
    setShare(0)
    void runInSlices(make(), controller.signal, (now) => {
      if (performance.now() - toldAt < 150) return
      toldAt = performance.now()
      setShare(now)
    }).then((value) => {
      if (!controller.signal.aborted) setLate({ of: text, at: key, value: value as T })
    })
    return () => controller.abort()
  }, [text, key, isSmall])
  if (atOnce) return { done: true, value: atOnce.value }
  return late && late.of === text && late.at === key
    ? { done: true, value: late.value }
    : { done: false, share }
}
