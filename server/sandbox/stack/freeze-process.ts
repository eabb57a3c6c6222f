import { existsSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { statOf } from './process-group.ts'

const patienceMs = 5_000

/**
 * Stops a process (SIGSTOP) and waits until each of its threads stands still: a signal is answered before they do, and what
 * they still do meanwhile is not what a frozen process does. SIGCONT lets it go on. Throws after 5 s.
 */
export const freezeProcess = async (pid: number): Promise<void> => {
  process.kill(pid, 'SIGSTOP')
  const threads = `/proc/${pid}/task`
  if (!existsSync(threads)) {
    await sleep(100)
    return
  }
  const isFrozen = () => readdirSync(threads).every((thread) => statOf(Number(thread))[0] === 'T')
  for (const untilMs = performance.now() + patienceMs; !isFrozen(); await sleep(5))
    if (performance.now() > untilMs) throw new Error(`process ${pid} did not stop within ${patienceMs} ms`)
}
