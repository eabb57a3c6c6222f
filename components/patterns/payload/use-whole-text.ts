'use client'
import { useEffect, useRef, useState } from 'react'
import { loadWholeText, type PayloadSource } from './payload-source.ts'

export type WholeText =
  | { readonly state: 'part' }
  | { readonly state: 'loading'; readonly bytes: number }
  | { readonly state: 'whole'; readonly text: string }
  | { readonly state: 'failed'; readonly error: unknown }

/** The whole text of a payload of which only the first part came along: loaded when asked for, given up when told so. */
export const useWholeText = (source: PayloadSource | undefined) => {
  const [whole, setWhole] = useState<WholeText>({ state: 'part' })
  const running = useRef<AbortController | null>(null)
  const key = source ? `${source.connection} ${source.topic} ${source.position} ${source.side}` : ''
  useEffect(() => {
    setWhole({ state: 'part' })
    return () => running.current?.abort()
  }, [key])
  const cancel = (): void => {
    running.current?.abort()
    setWhole({ state: 'part' })
  }
  const load = async (): Promise<void> => {
    if (!source) return
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    setWhole({ state: 'loading', bytes: 0 })
    let toldAt = 0
    try {
      const text = await loadWholeText(source, controller.signal, (bytes) => {
        const now = performance.now()
        if (now - toldAt < 100 || controller.signal.aborted) return
        toldAt = now
        setWhole({ state: 'loading', bytes })
      })
      if (!controller.signal.aborted) setWhole({ state: 'whole', text })
    } catch (error) {
      if (!controller.signal.aborted) setWhole({ state: 'failed', error })
    }
  }
  return { whole, load, cancel }
}
