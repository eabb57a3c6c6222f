'use client'
import { useEffect, useState } from 'react'

/**
 * What stands in a field whose text is in force once it is sent: typed until then, and what is in force wherever that
 * changes from outside, by a link or by going back.
 */
export const useTyped = (inForce: string): readonly [string, (typed: string) => void] => {
  const [typed, setTyped] = useState(inForce)
  const [shownFor, setShownFor] = useState(inForce)
  if (shownFor !== inForce) {
    setShownFor(inForce)
    setTyped(inForce)
  }
  useEffect(() => {
    // Who goes back before the address he leaves was drawn finds in force what was so before: nothing changes by that, and
    // what was typed would stay.
    const takeBack = (): void => setTyped(inForce)
    window.addEventListener('popstate', takeBack)
    return () => window.removeEventListener('popstate', takeBack)
  }, [inForce])
  return [typed, setTyped]
}
