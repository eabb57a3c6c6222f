'use client'
import { useEffect, useState } from 'react'
import { type Announcement, announceInMs } from './announce-in.ts'

/**
 * Words for those who hear a page: said when their phase changes, and otherwise at most every 10 s, however often they
 * change. What is shown stands elsewhere.
 */
export const Announced = ({ phase, words }: { readonly phase: string; readonly words: string }) => {
  // Empty at first: what a live region holds when it appears is not said.
  const [told, setTold] = useState<Announcement>({ phase: '', words: '', at: 0 })
  useEffect(() => {
    const waitMs = announceInMs(told, { phase, words }, Date.now())
    if (waitMs === null) return
    const timer = setTimeout(() => setTold({ phase, words, at: Date.now() }), waitMs)
    return () => clearTimeout(timer)
  }, [told, phase, words])
  return (
    <span role="status" className="sr-only">
      {told.words}
    </span>
  )
}
