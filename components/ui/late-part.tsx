'use client'
import { type ComponentType, useEffect, useState } from 'react'

/**
 * A part of a page that loads after it. One that is loaded is drawn at once: React's own lazy parts wait a turn even
 * then, in which keys would be lost. What can not be loaded is thrown to the page's error boundary, and loaded anew the
 * next time it is opened.
 */
export const makeLatePart = <P extends object>(load: () => Promise<ComponentType<P>>) => {
  let loaded: ComponentType<P> | null = null
  const loadOnce = async (): Promise<ComponentType<P>> => {
    loaded ??= await load()
    return loaded
  }
  const LatePart = (props: P) => {
    const [Part, setPart] = useState<ComponentType<P> | null>(() => loaded)
    const [problem, setProblem] = useState<unknown>(null)
    useEffect(() => {
      if (Part === null) loadOnce().then((part) => setPart(() => part), setProblem)
    }, [Part])
    if (problem !== null) throw problem
    // Keys that come now are for it, and not for the page below.
    return Part === null ? <span data-late hidden /> : <Part {...props} />
  }
  return [LatePart, loadOnce] as const
}
