'use client'
import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { followLive, type LiveState } from './live-stream.ts'

type Live = {
  readonly state: LiveState
  /** New rows come into lists by themselves; off, they are counted and wait for a click or the pointer to leave. */
  readonly isOn: boolean
  readonly setOn: (on: boolean) => void
}

const LiveContext = createContext<Live>({ state: 'connecting', isOn: false, setOn: () => {} })

/** How the stream of changes stands, and the switch that lets new rows come into lists by themselves. */
export const useLive = (): Live => useContext(LiveContext)

/** What a notice about a noun makes old, beside the noun itself. */
const alsoChanged: Readonly<Record<string, readonly string[]>> = {
  'failure-groups': ['dead-letters', 'overview'],
  groups: ['overview', 'topics'],
  replays: ['overview', 'failure-groups'],
  marks: ['groups'],
}

/** Follows the live stream of a connection and loads anew what it says has changed, at most once a second a noun. */
export const LiveProvider = ({
  connection,
  children,
}: {
  readonly connection: string
  readonly children: ReactNode
}) => {
  const client = useQueryClient()
  const [isOn, setOn] = useState(false)
  const [state, setState] = useState<LiveState>('connecting')
  useEffect(() => {
    const waiting = new Set<string>()
    const timer = setInterval(() => {
      for (const noun of waiting) void client.invalidateQueries({ queryKey: [noun] })
      waiting.clear()
    }, 1_000)
    const stop = followLive(connection, (notice) => {
      if (notice.kind === 'state') setState(notice.state)
      else if (notice.frame.type === 'data')
        for (const noun of [notice.frame.changed, ...(alsoChanged[notice.frame.changed] ?? [])])
          waiting.add(noun)
    })
    return () => {
      clearInterval(timer)
      stop()
    }
  }, [connection, client])
  return <LiveContext value={{ state, isOn, setOn }}>{children}</LiveContext>
}
