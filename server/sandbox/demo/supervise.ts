import { setTimeout as sleep } from 'node:timers/promises'
import type { PartProcess } from '../stack/part-process.ts'

export type Supervised = { readonly name: string; readonly start: () => Promise<PartProcess> }

export type Kept = {
  readonly name: string
  readonly hasEnded: () => boolean
  readonly restart: () => Promise<void>
}

const checkEveryMs = 1_000
const longestPauseMs = 30_000

/** Starts again what has ended, with growing pauses, and says so, until the signal aborts. */
export const keepRunning = (
  kept: readonly Kept[],
  say: (line: string) => void,
  signal: AbortSignal,
): void => {
  const watch = async ({ name, hasEnded, restart }: Kept): Promise<void> => {
    let pauseMs = 1_000
    while (!signal.aborted) {
      await sleep(checkEveryMs)
      if (signal.aborted || !hasEnded()) continue
      say(`${name} has ended; starting it again`)
      try {
        await restart()
        pauseMs = 1_000
      } catch (error) {
        if (signal.aborted) return
        say(`${name} does not start: ${error instanceof Error ? error.message : String(error)}`)
        await sleep(pauseMs)
        pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      }
    }
  }
  for (const one of kept) void watch(one)
}

/** Starts processes in their order and keeps them running. Answers how to stop them, last started first. */
export const supervise = async (
  parts: readonly Supervised[],
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<() => Promise<void>> => {
  const running = new Map<string, PartProcess>()
  const stopping = new AbortController()
  const stop = async (): Promise<void> => {
    stopping.abort()
    for (const process of [...running.values()].reverse()) await process.stop('graceful')
  }
  try {
    for (const part of parts) {
      signal.throwIfAborted()
      running.set(part.name, await part.start())
    }
  } catch (error) {
    await stop()
    throw error
  }
  const kept = parts.map(({ name, start }) => ({
    name,
    hasEnded: () => running.get(name)?.hasEnded() ?? false,
    restart: async () => {
      // What it started itself may have outlived it.
      await running.get(name)?.stop('kill')
      running.set(name, await start())
    },
  }))
  keepRunning(kept, say, AbortSignal.any([signal, stopping.signal]))
  return stop
}
