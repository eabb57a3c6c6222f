import { readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findRunning, notePid } from '../stack/leftovers.ts'
import { isAlive, statOf } from '../stack/process-group.ts'
import { diskIsFull, SandboxError } from '../stack/sandbox-error.ts'

export const lockName = 'supervisor.pid'

export type Supervision = {
  /** Aborts when the program is asked to end. */
  readonly signal: AbortSignal
  /** Remembers how to stop what was started; the last is stopped first. */
  readonly onStop: (stop: () => Promise<void>) => void
  /** Resolves when the program is asked to end. */
  readonly untilStopped: () => Promise<void>
}

export type SupervisorOptions = {
  readonly dataDir: string
  /** What is told when another supervisor works on the same folder; `pid` is its process. */
  readonly alreadyRuns: (pid: number) => string
  readonly run: (supervision: Supervision) => Promise<void>
}

const forcedAfterMs = 1_000
const parentCheckMs = 500
const shells = /\/(?:da|ba|z|k|a)?sh$|\/busybox$/

const parentOf = (pid: number): number => Number(statOf(pid)[1] ?? 0)

const isShell = (pid: number): boolean => {
  try {
    return shells.test(readlinkSync(`/proc/${pid}/exe`))
  } catch {
    return false
  }
}

/**
 * The processes between this one and the package manager that started it, inclusive: a signal that ends one of them alone
 * does not come this far. Empty when it was started by hand: then it may outlive its parent.
 */
const findWatched = (): readonly number[] => {
  if (process.env.npm_lifecycle_event === undefined || process.ppid <= 1) return []
  const chain = [process.ppid]
  for (let last = process.ppid; isShell(last); last = chain.at(-1) ?? 0) {
    const parent = parentOf(last)
    if (parent <= 1) break
    chain.push(parent)
  }
  return chain
}

const watchParents = (onGone: () => void): void => {
  const { ppid } = process
  const watched = findWatched()
  if (watched.length === 0) return
  const timer = setInterval(() => {
    if (process.ppid === ppid && watched.every(isAlive)) return
    clearInterval(timer)
    onGone()
  }, parentCheckMs)
  timer.unref()
}

const takeLock = (file: string, alreadyRuns: (pid: number) => string): void => {
  for (let attempt = 1; ; attempt++) {
    const other = findRunning(file)
    if (other !== null) throw new SandboxError(alreadyRuns(other))
    if (attempt > 1) rmSync(file, { force: true })
    try {
      notePid(file, process.pid, { exclusive: true })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === 3) throw error
    }
  }
}

const tell = (error: unknown, dataDir: string): void => {
  const isFull = (error as NodeJS.ErrnoException | null)?.code === 'ENOSPC'
  if (isFull) console.error(`\n${diskIsFull('It could not go on', dataDir)}`)
  else console.error(error instanceof SandboxError ? `\n${error.message}` : error)
}

/**
 * Runs a program that starts others and must leave none behind. One at a time works on a data folder. SIGINT, SIGTERM,
 * SIGHUP and the end of the package manager that started it stop in order, last started first; a second signal ends all
 * process groups at once. What `run` throws is told (a `SandboxError` without its stack) after which all is stopped.
 * Ends this process.
 */
export const runAsSupervisor = async ({ dataDir, alreadyRuns, run }: SupervisorOptions): Promise<never> => {
  const stopping = new AbortController()
  const { signal } = stopping
  const started: (() => Promise<void>)[] = []
  let askedAt = 0
  const onSignal = (): void => {
    // npm may pass on a Ctrl-C that the terminal has sent already: only a later one forces.
    if (signal.aborted && performance.now() - askedAt > forcedAfterMs) process.exit(1)
    if (signal.aborted) return
    askedAt = performance.now()
    console.log('\nStopping; a second Ctrl-C forces it.')
    stopping.abort()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  // Nobody reads any more when the terminal was closed; stopping goes on.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  watchParents(onSignal)

  try {
    const lock = join(dataDir, lockName)
    takeLock(lock, alreadyRuns)
    started.push(async () => rmSync(lock, { force: true }))
    await run({
      signal,
      onStop: (stop) => started.push(stop),
      untilStopped: () =>
        new Promise((done) => {
          if (signal.aborted) done()
          else signal.addEventListener('abort', () => done(), { once: true })
        }),
    })
  } catch (error) {
    if (!signal.aborted) {
      tell(error, dataDir)
      process.exitCode = 1
    }
  }
  for (const stop of started.reverse()) await stop().catch((error: unknown) => console.error(String(error)))
  return process.exit()
}
