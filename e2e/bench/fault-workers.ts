import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '../../server/repositories/database.ts'
import { type SpawnedWorker, spawnWorker } from '../../server/worker/spawned-worker.ts'
import type { Point } from './die-at-point.ts'

export type FaultWorkers = {
  /** Lets the next worker that comes to a point die there; resolves when one has. */
  dieAt(point: Point, timeoutMs: number): Promise<void>
  /** Ends the worker that holds a lease, or the other one, by SIGKILL. */
  kill(which: 'owner' | 'other'): Promise<void>
  /** The worker that holds the lease, by its name; null while none does. */
  owner(): Promise<string | null>
  /** How many were killed so far. */
  kills(): number
  stop(): Promise<void>
}

const workersAtOnce = 2
const lookMs = 25

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Keeps two workers running, as a supervisor does: each that ends is started anew at once. A dead worker's lease runs
 * out by itself, or is ended at once where the run is to be short: its process is known to be gone.
 */
export const runFaultWorkers = (options: {
  readonly db: Database
  readonly env: Record<string, string>
  readonly leaseName: string
  readonly folder: string
  readonly endsLeases: boolean
}): FaultWorkers => {
  const { db, leaseName, folder } = options
  mkdirSync(folder, { recursive: true })
  const running = new Map<string, SpawnedWorker>()
  const gone: Promise<unknown>[] = []
  let started = 0
  let killed = 0
  let isStopping = false

  const start = (): void => {
    const name = `worker-${++started}`
    const worker = spawnWorker({
      ...options.env,
      WORKER_ID: name,
      LOG_LEVEL: 'info',
      FAULT_POINTS: folder,
      NODE_OPTIONS: `--import=${join(import.meta.dirname, 'die-at-point.ts')}`,
    })
    running.set(name, worker)
    worker.process.once('exit', (code, signal) => {
      running.delete(name)
      if (isStopping) return
      if (signal === 'SIGKILL') killed++
      else console.log(`  ${name} ended by itself with ${code}: ${JSON.stringify(worker.lines.at(-1))}`)
      gone.push(endLease(name))
      start()
    })
  }
  const endLease = async (name: string): Promise<void> => {
    if (options.endsLeases)
      await db.pool.query(
        `UPDATE lease SET expires_at = now() - interval '1 millisecond' WHERE owner LIKE $1 || '.%'`,
        [name],
      )
  }
  const owner = async (): Promise<string | null> => {
    const { rows } = await db.pool.query<{ owner: string }>(
      'SELECT owner FROM lease WHERE name = $1 AND expires_at > now()',
      [leaseName],
    )
    const name = rows[0]?.owner.split('.')[0] ?? ''
    return running.has(name) ? name : null
  }

  for (let each = 0; each < workersAtOnce; each++) start()
  return {
    owner,
    kills: () => killed,
    dieAt: async (point, timeoutMs) => {
      const file = join(folder, point)
      writeFileSync(file, '')
      const before = killed
      const until = performance.now() + timeoutMs
      while (existsSync(file) || killed === before) {
        if (performance.now() > until) throw new Error(`no worker came to ${point} in ${timeoutMs} ms`)
        await pause(lookMs)
      }
    },
    kill: async (which) => {
      const name = await owner()
      const victim = [...running].find(([one]) => (which === 'owner') === (one === name))?.[1]
      await victim?.end('SIGKILL')
    },
    stop: async () => {
      isStopping = true
      await Promise.all([...running.values()].map((worker) => worker.end('SIGKILL')))
      await Promise.allSettled(gone)
    },
  }
}
