import { type LiveFrame, liveFrame } from '#server/contracts/live.ts'
import { makeEventReader } from './read-events.ts'

export type LiveState = 'connecting' | 'live' | 'lost'
type Notice =
  | { readonly kind: 'frame'; readonly frame: LiveFrame }
  | { readonly kind: 'state'; readonly state: LiveState }

const longestPauseMs = 10_000

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
  tell({ kind: 'state', state: 'live' })
  const read = makeEventReader()
  let id = lastId
  for await (const piece of response.body.pipeThrough(
    new TextDecoderStream(),
  ) as unknown as AsyncIterable<string>)
    for (const event of read(piece)) {
      id = event.id ?? id ?? '0'
      const parsed = liveFrame.safeParse(JSON.parse(event.data))
      if (parsed.success) tell({ kind: 'frame', frame: parsed.data })
    }
  return id ?? '0'
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
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
  const tell = (notice: Notice): void => {
    if (signal.aborted) return
    if (notice.kind === 'state') last = notice
    listener(notice)
    channel.postMessage(notice)
  }
  const lead = (): Promise<void> => {
    leads = true
    // What the tab that went had not passed on is not known: the stream begins with a notice for everything.
    return keepReading(connection, tell, signal, followed)
  }
  if ('locks' in navigator)
    navigator.locks.request(`spillway-live-${connection}`, { signal }, lead).catch(() => {})
  else void lead()
  return () => {
    stopping.abort()
    channel.close()
  }
}
