import { spawn } from 'node:child_process'

export type CommandResult = { readonly code: number | null; readonly output: string }

/** Runs a command to its end and answers its exit code and last output. A command that does not exist has code 127. */
export const runCommand = (
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly signal?: AbortSignal; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> =>
  new Promise((resolve) => {
    const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options })
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
