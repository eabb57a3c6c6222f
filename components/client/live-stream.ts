import type { LiveFrame } from '#server/contracts/live.ts'
import { streams } from './endpoints.ts'
import { frameMisfit } from './fit-contract.ts'
import { makeEventReader } from './read-events.ts'

export type LiveState = 'connecting' | 'live' | 'lost'
type Notice =
  | { readonly kind: 'frame'; readonly frame: LiveFrame }
  | { readonly kind: 'state'; readonly state: LiveState }

const longestPauseMs = 10_000
/** The server sends a sign of life every 15 s: a line that is silent for longer is dead, though it looks open. */
const silenceMs = 40_000

const readStream = async (
  connection: string,
  lastId: string | null,
  tell: (notice: Notice) => void,
  signal: AbortSignal,
): Promise<string | null> => {
  const response = await fetch(`/api/live?connection=${encodeURIComponent(connection)}`, {
    headers: lastId === null ? {} : { 'last-event-id': lastId },
    signal,
  })
  if (!response.ok || !response.body) throw new Error(`the live stream answered ${response.status}`)
  const misfitOf = await frameMisfit(response, streams.followChanges)
  tell({ kind: 'state', state: 'live' })
  const read = makeEventReader()
  let id = lastId
  // Not every browser can iterate over a stream; all have readers.
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let silence: ReturnType<typeof setTimeout> | undefined
  try {
    for (;;) {
      clearTimeout(silence)
      silence = setTimeout(() => void reader.cancel(), silenceMs)
      const { done, value } = await reader.read()
      if (done) return id ?? '0'
      for (const event of read(value)) {
        id = event.id ?? id ?? '0'
        const frame: unknown = JSON.parse(event.data)
        if (misfitOf(frame) === null) tell({ kind: 'frame', frame: frame as LiveFrame })
      }
    }
  } finally {
    clearTimeout(silence)
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, signal.aborted ? 0 : ms)
    signal.addEventListener('abort', end)
  })

const keepReading = async (
  connection: string,
  tell: (notice: Notice) => void,
  signal: AbortSignal,
  resumes: boolean,
): Promise<void> => {
  let lastId: string | null = resumes ? '0' : null
  let pauseMs = 500
  while (!signal.aborted) {
    try {
      lastId = await readStream(connection, lastId, tell, signal)
      pauseMs = 500
      // A stream that ends at once, behind a proxy say, must not become a loop.
      await pause(250, signal)
    } catch {
      // From now on a stream is a resumed one: it begins with a notice for everything.
      lastId ??= '0'
      if (!signal.aborted) tell({ kind: 'state', state: 'lost' })
      await pause(pauseMs, signal)
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }
}

/**
 * Follows the live stream of a connection with one HTTP connection for all tabs of a browser, of which it would open at
 * most six to an origin: the tab that holds a lock reads the stream and passes frames on by a broadcast channel. When
 * that tab goes, the lock goes to another. Answers how to stop.
 */
export const followLive = (connection: string, listener: (notice: Notice) => void): (() => void) => {
  const stopping = new AbortController()
  const { signal } = stopping
  const channel = new BroadcastChannel(`spillway-live-${connection}`)
  let last: Notice = { kind: 'state', state: 'connecting' }
  let leads = false
  let followed = false
  channel.onmessage = ({ data }: MessageEvent<Notice | { readonly kind: 'ask' }>) => {
    if (data.kind !== 'ask') {
      followed = true
      listener(data)
    } else if (leads) channel.postMessage(last)
  }
  channel.postMessage({ kind: 'ask' })
  const hasLocks = 'locks' in navigator
  const tell = (notice: Notice): void => {
    if (signal.aborted) return
    if (notice.kind === 'state') last = notice
    listener(notice)
    // Without locks (plain HTTP on another host) every tab reads a stream of its own and has nothing to pass on.
    if (hasLocks) channel.postMessage(notice)
  }
  const lead = (): Promise<void> => {
    leads = true
    // What the tab that went had not passed on is not known: the stream begins with a notice for everything.
    return keepReading(connection, tell, signal, followed)
  }
  if (hasLocks) navigator.locks.request(`spillway-live-${connection}`, { signal }, lead).catch(() => {})
  else void lead()
  return () => {
    stopping.abort()
    channel.close()
  }
}
