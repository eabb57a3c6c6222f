import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { workerNodeFlags } from './node-flags.ts'

export type SpawnedWorker = {
  readonly process: ChildProcess
  readonly lines: readonly Record<string, unknown>[]
  /** Resolves with the first log line that fits, also one that came before; rejects after `timeoutMs`. */
  waitFor(
    fits: (line: Record<string, unknown>) => boolean,
    timeoutMs?: number,
  ): Promise<Record<string, unknown>>
  /** Sends a signal and resolves with the exit code (null after SIGKILL) and how long the end took. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<{ readonly code: number | null; readonly tookMs: number }>
}

/** For tests: a real worker process on free ports. `env` is added to this process's environment. */
export const spawnWorker = (env: Record<string, string>): SpawnedWorker => {
  const child = spawn(process.execPath, [...workerNodeFlags, path.join(import.meta.dirname, 'main.ts')], {
    env: {
      ...process.env,
      SPILLWAY_CONFIG: '/nonexistent.yaml',
      OTLP_PORT: '0',
      WORKER_METRICS_PORT: '0',
      LOG_LEVEL: 'debug',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: Record<string, unknown>[] = []
  const waiting = new Set<() => void>()
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) lines.push(JSON.parse(part) as Record<string, unknown>)
    for (const look of waiting) look()
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return {
    process: child,
    lines,
    waitFor: (fits, timeoutMs = 20_000) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(fits)
          if (!found) return
          waiting.delete(look)
          clearTimeout(timer)
          resolve(found)
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          const last = lines.slice(-5).map((line) => JSON.stringify(line))
          reject(new Error(`the worker did not log what was awaited; its last lines:\n${last.join('\n')}`))
        }, timeoutMs)
        waiting.add(look)
        look()
      }),
    end: async (signal) => {
      const startedAt = performance.now()
      child.kill(signal)
      const code = await exited
      return { code, tookMs: performance.now() - startedAt }
    },
  }
}
