import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { notePid } from './leftovers.ts'
import { adoptGroup, closeGroup, signalGroup } from './process-group.ts'

export type CommandResult = { readonly code: number | null; readonly output: string }

const patienceMs = 3_000

/**
 * Runs a command to its end and answers its exit code and last output. A command that does not exist has code 127. It
 * runs in a process group of its own: when `signal` aborts, the command and all that it started are ended, and the
 * signal's reason is thrown. With `pidFile` a later start finds what a killed one left running.
 */
export const runCommand = async (
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string | undefined
    readonly signal?: AbortSignal | undefined
    readonly env?: NodeJS.ProcessEnv | undefined
    readonly pidFile?: string | undefined
  } = {},
): Promise<CommandResult> => {
  const { cwd, signal, env, pidFile } = options
  signal?.throwIfAborted()
  const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd, env })
  const { pid } = child
  let insist: NodeJS.Timeout | undefined
  const end = (): void => {
    if (pid === undefined) return
    signalGroup(pid, 'SIGTERM')
    insist = setTimeout(() => signalGroup(pid, 'SIGKILL'), patienceMs)
  }
  if (pid !== undefined) {
    adoptGroup(pid)
    if (pidFile !== undefined) notePid(pidFile, pid)
  }
  signal?.addEventListener('abort', end, { once: true })
  try {
    const result = await new Promise<CommandResult>((resolve) => {
      let output = ''
      const collect = (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-20_000)
      }
      child.stdout.on('data', collect)
      child.stderr.on('data', collect)
      child.once('error', (error: NodeJS.ErrnoException) =>
        resolve({ code: error.code === 'ENOENT' ? 127 : 1, output: `${output}${error.message}` }),
      )
      child.once('close', (code) => resolve({ code, output }))
    })
    signal?.throwIfAborted()
    return result
  } finally {
    signal?.removeEventListener('abort', end)
    clearTimeout(insist)
    if (pid !== undefined) closeGroup(pid)
    if (pidFile !== undefined) rmSync(pidFile, { force: true })
  }
}
