import { setTimeout as sleep } from 'node:timers/promises'
import type { PartProcess } from '../stack/part-process.ts'

export type Supervised = { readonly name: string; readonly start: () => Promise<PartProcess> }

const longestPauseMs = 30_000

/**
 * Keeps processes running: one that ends is started again, with growing pauses, and said so. Answers how to stop them,
 * last started first.
 */
export const supervise = async (
  parts: readonly Supervised[],
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<() => Promise<void>> => {
  const running = new Map<string, PartProcess>()
  let stopping = false
  const watch = async ({ name, start }: Supervised): Promise<void> => {
    let pauseMs = 1_000
    while (!stopping && !signal.aborted) {
      await sleep(1_000)
      if (stopping || signal.aborted || !running.get(name)?.hasEnded()) continue
      say(`${name} has ended; starting it again`)
      try {
        // What it started itself may have outlived it.
        await running.get(name)?.stop('kill')
        running.set(name, await start())
        pauseMs = 1_000
      } catch (error) {
        say(`${name} does not start: ${error instanceof Error ? error.message : String(error)}`)
        await sleep(pauseMs)
        pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      }
    }
  }
  const stop = async (): Promise<void> => {
    stopping = true
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
  for (const part of parts) void watch(part)
  return stop
}
