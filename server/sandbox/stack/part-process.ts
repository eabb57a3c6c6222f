import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SandboxError } from './sandbox-error.ts'

export type PartCommand = {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly uid?: number
  readonly gid?: number
  readonly logFile: string
  readonly pidFile: string
  /** Asks for an orderly end; PostgreSQL ends fast on SIGINT. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT'
}

export type PartProcess = {
  readonly pid: number
  hasEnded(): boolean
  stop(how: 'graceful' | 'kill'): Promise<void>
}

/** The start time of a process from /proc, by which a pid that was given out again is told apart; '' without /proc. */
const startTimeOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The process that a pid file names, if that very process still runs; null otherwise. */
export const findRunning = (pidFile: string): number | null => {
  try {
    const [pidText = '', startTime = ''] = readFileSync(pidFile, 'utf8').split(' ')
    const pid = Number(pidText)
    return Number.isInteger(pid) && pid > 1 && isAlive(pid) && startTimeOf(pid) === startTime ? pid : null
  } catch {
    return null
  }
}

/** Ends what a killed predecessor left running: only the very process that the pid file names. Answers whether there was one. */
export const endLeftover = async (
  pidFile: string,
  stopSignal: 'SIGTERM' | 'SIGINT' = 'SIGTERM',
): Promise<boolean> => {
  const pid = findRunning(pidFile)
  rmSync(pidFile, { force: true })
  if (pid === null) return false
  process.kill(pid, stopSignal)
  for (let waitedMs = 0; isAlive(pid) && waitedMs < 8_000; waitedMs += 100) await sleep(100)
  if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  for (let waitedMs = 0; isAlive(pid) && waitedMs < 3_000; waitedMs += 50) await sleep(50)
  return true
}

/** Writes which process stands behind a pid file, so that `endLeftover` of a later start can find it. */
export const notePid = (pidFile: string, pid: number): void => {
  mkdirSync(dirname(pidFile), { recursive: true })
  writeFileSync(pidFile, `${pid} ${startTimeOf(pid)}`)
}

/** Starts a part in a process group of its own (Ctrl-C in a terminal reaches only its supervisor). */
export const startPartProcess = (part: PartCommand): PartProcess => {
  mkdirSync(dirname(part.logFile), { recursive: true })
  const log = openSync(part.logFile, 'a')
  const child: ChildProcess = spawn(part.command, [...part.args], {
    stdio: ['ignore', log, log],
    detached: true,
    ...(part.cwd === undefined ? {} : { cwd: part.cwd }),
    ...(part.env === undefined ? {} : { env: part.env }),
    ...(part.uid === undefined ? {} : { uid: part.uid }),
    ...(part.gid === undefined ? {} : { gid: part.gid }),
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const { pid } = child
  if (pid === undefined)
    throw new SandboxError(`${part.name} could not be started: ${part.command} can not be run.`)
  notePid(part.pidFile, pid)
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  return {
    pid,
    hasEnded,
    stop: async (how) => {
      if (!hasEnded()) child.kill(how === 'kill' ? 'SIGKILL' : part.stopSignal)
      const insist = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await ended
      clearTimeout(insist)
      rmSync(part.pidFile, { force: true })
    },
  }
}

/** The last lines of a part's log, for the message when it does not come up. */
export const tailOf = (logFile: string, lines = 12): string => {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
  } catch {
    return '(no log)'
  }
}

/** Waits until `isReady` answers true. Fails at once when the process has ended, and after `timeoutMs`. */
export const waitUntilReady = async (
  part: PartCommand,
  running: PartProcess,
  isReady: () => Promise<boolean>,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<void> => {
  const giveUpAt = Date.now() + options.timeoutMs
  while (!(await isReady().catch(() => false))) {
    if (options.signal?.aborted) {
      await running.stop('kill')
      options.signal.throwIfAborted()
    }
    if (running.hasEnded())
      throw new SandboxError(
        `${part.name} ended while starting. Its log (${part.logFile}) ends with:\n${tailOf(part.logFile)}`,
      )
    if (Date.now() > giveUpAt) {
      await running.stop('kill')
      throw new SandboxError(
        `${part.name} did not answer within ${options.timeoutMs / 1000} s. Its log (${part.logFile}) ends with:\n${tailOf(part.logFile)}`,
      )
    }
    await sleep(150)
  }
}
