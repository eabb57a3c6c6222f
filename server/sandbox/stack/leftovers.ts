import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, isGroupAlive, signalGroup, statOf } from './process-group.ts'
import { type StackPart, stackParts } from './stack-parts.ts'

export type StopSignal = 'SIGTERM' | 'SIGINT'

const patienceMs = 8_000

/** The start time of a process, by which a pid that was given out again is told apart; '' without /proc. */
const startTimeOf = (pid: number): string => statOf(pid)[19] ?? ''

const read = (pidFile: string): { pid: number; startTime: string; stopSignal: StopSignal } | null => {
  try {
    const [pidText = '', startTime = '', stopSignal = ''] = readFileSync(pidFile, 'utf8').split(' ')
    const pid = Number(pidText)
    if (!Number.isInteger(pid) || pid <= 1) return null
    return { pid, startTime, stopSignal: stopSignal === 'SIGINT' ? 'SIGINT' : 'SIGTERM' }
  } catch {
    return null
  }
}

/**
 * Writes which process stands behind a pid file and how it is asked to end, so that a later start can find it.
 * With `exclusive` it throws EEXIST where the file is there already.
 */
export const notePid = (
  pidFile: string,
  pid: number,
  { stopSignal = 'SIGTERM', exclusive = false }: { stopSignal?: StopSignal; exclusive?: boolean } = {},
): void => {
  mkdirSync(dirname(pidFile), { recursive: true })
  writeFileSync(pidFile, `${pid} ${startTimeOf(pid)} ${stopSignal}`, { flag: exclusive ? 'wx' : 'w' })
}

/** The process that a pid file names, if that very process still runs; null otherwise. */
export const findRunning = (pidFile: string): number | null => {
  const noted = read(pidFile)
  return noted !== null && isAlive(noted.pid) && startTimeOf(noted.pid) === noted.startTime ? noted.pid : null
}

/**
 * Ends what a killed predecessor left running: the very process that the pid file names, and its group, also when only
 * the group is left (no pid is given out again while a group bears it). Answers whether there was anything.
 */
export const endLeftover = async (pidFile: string): Promise<boolean> => {
  const noted = read(pidFile)
  const leader = findRunning(pidFile)
  rmSync(pidFile, { force: true })
  if (noted === null) return false
  const { pid, stopSignal } = noted
  if (leader === null && (isAlive(pid) || !isGroupAlive(pid))) return false
  if (leader === null) signalGroup(pid, stopSignal)
  else process.kill(leader, stopSignal)
  for (let waitedMs = 0; isGroupAlive(pid) && waitedMs < patienceMs; waitedMs += 100) {
    // The leader has left in order; what it forgot is asked once more, then not any more.
    if (leader !== null && !isAlive(pid)) signalGroup(pid, waitedMs < patienceMs / 2 ? stopSignal : 'SIGKILL')
    await sleep(100)
  }
  signalGroup(pid, 'SIGKILL')
  for (let waitedMs = 0; isGroupAlive(pid) && waitedMs < 3_000; waitedMs += 50) await sleep(50)
  return true
}

/** Ends what a killed predecessor on the same data folder left running, by names of its pid files, and says so. */
export const endLeftovers = async (
  dataDir: string,
  names: readonly string[],
  onProgress: (line: string) => void,
): Promise<void> => {
  for (const name of names)
    if (await endLeftover(join(dataDir, `${name}.pid`)))
      onProgress(`${name}: ended what an earlier start had left running`)
}

/** The same for the parts of the stack and the commands that a start of it runs. */
export const endStackLeftovers = (
  dataDir: string,
  onProgress: (line: string) => void,
  parts: readonly StackPart[] = stackParts,
): Promise<void> =>
  endLeftovers(
    dataDir,
    parts.flatMap((part) => [part, `prepare-${part}`]),
    onProgress,
  )
