import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { logger } from '#server/logger.ts'
import { readHeartbeat } from '#server/repositories/heartbeats.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import type { Deps } from '#server/services/deps.ts'
import { makeHeart } from './heart.ts'
import type { Job } from './job.ts'
import { guardPool, queueNow, runJobs } from './run-jobs.ts'
import { makeWorkerMetrics } from './worker-metrics.ts'

let database: TestDatabase
let deps: Deps
let stopping: AbortController
const running: Promise<void>[] = []

beforeEach(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  stopping = new AbortController()
  // These jobs use the database alone.
  deps = { db: database.db, clock: { nowMs: () => Date.now() }, connections: [] } as unknown as Deps
  guardPool(deps)
})
afterEach(async () => {
  stopping.abort()
  await Promise.all(running.splice(0))
  await database.drop()
})
const start = (jobs: readonly Job[], workerId = 'alive') =>
  running.push(
    runJobs(jobs, { deps, logger, metrics: makeWorkerMetrics(), workerId, signal: stopping.signal }),
  )

it('runs a step that was queued twice once, and a chain of steps to its end', async () => {
  const ran: unknown[] = []
  const job: Job = {
    name: 'count',
    run: async ({ enqueue }, { left }) => {
      ran.push(left ?? 'start')
      const next = left === undefined ? 2 : Number(left) - 1
      if (next < 0) return
      await enqueue('count', { left: next }, { key: 'count' })
      await enqueue('count', { left: next }, { key: 'count' })
    },
  }
  await queueNow(deps, [job])
  await queueNow(deps, [job])
  start([job])
  await expect.poll(() => ran, { timeout: 15_000 }).toEqual(['start', 2, 1, 0])
  await sleep(500)
  expect(ran).toHaveLength(4)
})

it('tries a failed step again', async () => {
  let tries = 0
  const job: Job = {
    name: 'flaky',
    run: async () => {
      if (++tries === 1) throw new Error('once')
    },
  }
  await queueNow(deps, [job])
  start([job])
  await expect.poll(() => tries, { timeout: 20_000 }).toBe(2)
})

it('takes the step of a worker that fell silent, within seconds of its last heartbeat expiring', async () => {
  let ran = 0
  const job: Job = {
    name: 'orphan',
    run: async () => {
      ran++
    },
  }
  await queueNow(deps, [job])
  await database.db.pool.query(
    `UPDATE graphile_worker._private_jobs SET locked_by = 'silent', locked_at = now(), attempts = 1`,
  )
  await database.db.pool.query(
    `INSERT INTO worker_heartbeat VALUES ('silent', now() - interval '1 minute', now() - interval '10 seconds')`,
  )
  start([job])
  running.push(makeHeart(deps, logger, 'alive', stopping.signal).run())
  await sleep(1_000)
  expect(ran).toBe(0)
  await expect.poll(() => ran, { timeout: 12_000 }).toBe(1)
  expect(await readHeartbeat(database.db)).toMatchObject({ workers: 1 })
})
