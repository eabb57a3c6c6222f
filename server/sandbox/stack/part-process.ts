import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { notePid, type StopSignal } from './leftovers.ts'
import { adoptGroup, closeGroup, signalGroup } from './process-group.ts'
import { diskIsFull, SandboxError } from './sandbox-error.ts'

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
  readonly stopSignal: StopSignal
}

export type PartProcess = {
  readonly pid: number
  /** Bytes of the log that earlier starts have written. */
  readonly logOffset: number
  hasEnded(): boolean
  stop(how: 'graceful' | 'kill'): Promise<void>
}

/** Starts a part in a process group of its own (Ctrl-C in a terminal reaches only its supervisor). */
export const startPartProcess = (part: PartCommand): PartProcess => {
  mkdirSync(dirname(part.logFile), { recursive: true })
  const log = openSync(part.logFile, 'a')
  const logOffset = fstatSync(log).size
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
  closeSync(log)
  const { pid } = child
  if (pid === undefined)
    throw new SandboxError(`${part.name} could not be started: ${part.command} can not be run.`)
  adoptGroup(pid)
  notePid(part.pidFile, pid, { stopSignal: part.stopSignal })
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  return {
    pid,
    logOffset,
    hasEnded,
    stop: async (how) => {
      if (how === 'kill') signalGroup(pid, 'SIGKILL')
      else if (!hasEnded()) child.kill(part.stopSignal)
      const insist = setTimeout(() => signalGroup(pid, 'SIGKILL'), 15_000)
      await ended
      clearTimeout(insist)
      closeGroup(pid)
      rmSync(part.pidFile, { force: true })
    },
  }
}

/** What a part has logged since it was started: its last lines, for the message when it does not come up. */
const tailOf = ({ logFile }: PartCommand, { logOffset }: PartProcess): string => {
  try {
    const said = readFileSync(logFile).subarray(logOffset).toString('utf8').trimEnd()
    return said === '' ? '(it said nothing)' : said.split('\n').slice(-12).join('\n')
  } catch {
    return '(no log)'
  }
}

const explainEnd = (part: PartCommand, tail: string): string => {
  if (/No space left on device|ENOSPC/.test(tail))
    return diskIsFull(`${part.name} ended while starting`, dirname(part.logFile))
  if (/EADDRINUSE|Address already in use|BindException/i.test(tail))
    return `${part.name} ended while starting: another program has taken its port in the meantime. Start again.\nIts log (${part.logFile}) ends with:\n${tail}`
  return `${part.name} ended while starting. Its log (${part.logFile}) ends with:\n${tail}`
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
    if (running.hasEnded()) {
      await running.stop('kill')
      throw new SandboxError(explainEnd(part, tailOf(part, running)))
    }
    if (Date.now() > giveUpAt) {
      await running.stop('kill')
      throw new SandboxError(
        `${part.name} did not answer within ${options.timeoutMs / 1000} s. Its log (${part.logFile}) ends with:\n${tailOf(part, running)}`,
      )
    }
    await sleep(150)
  }
}
