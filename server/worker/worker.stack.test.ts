import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { openDatabase } from '#server/repositories/database.ts'
import { readFreshness } from '#server/repositories/freshness.ts'
import { readHeartbeat } from '#server/repositories/heartbeats.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { startStack } from '#server/sandbox/stack/start-stack.ts'
import type { Deps } from '#server/services/deps.ts'
import { keepPartitions } from './keep-partitions.ts'
import { queueNow } from './run-jobs.ts'
import { type SpawnedWorker, spawnWorker } from './spawned-worker.ts'

let database: TestDatabase
let workers: SpawnedWorker[]
const start = (env: Record<string, string> = {}): SpawnedWorker => {
  const worker = spawnWorker({ DATABASE_URL: database.url, KAFKA_BROKERS: inject('brokers'), ...env })
  workers.push(worker)
  return worker
}
const makeDataDir = (): string => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'spillway-worker-'))
  // PostgreSQL runs as a user of its own when this runs as root.
  chmodSync(dataDir, 0o755)
  return dataDir
}
const sampled = (line: Record<string, unknown>) => line.msg === 'sampled'

beforeEach(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  workers = []
})
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.process.exitCode === null && worker.end('SIGKILL')))
  await database.drop()
})

describe('a worker', () => {
  it('samples, serves its health and metrics, and ends within 5 s of SIGTERM, giving its lease back', async () => {
    const worker = start({ WORKER_ID: 'one' })
    const started = await worker.waitFor(({ msg }) => msg === 'worker started')
    await worker.waitFor(sampled)
    await worker.waitFor(({ msg }) => String(msg).startsWith('Completed task'))
    const address = `http://127.0.0.1:${started.metricsPort}`
    expect(await (await fetch(`${address}/health`)).json()).toMatchObject({ healthy: true })
    expect(await (await fetch(`${address}/metrics`)).text()).toContain(
      'spillway_worker_leases_held{loop="sample-lag"} 1',
    )
    const ended = await worker.end('SIGTERM')
    expect(ended.code).toBe(0)
    expect(ended.tookMs).toBeLessThan(5_000)
    const { rows } = await database.db.pool.query(`SELECT 1 FROM lease WHERE expires_at > now()`)
    expect(rows).toEqual([])
  })

  it('takes over from one that was killed within 15 s, with a higher fence', async () => {
    const first = start({ WORKER_ID: 'first' })
    await first.waitFor(sampled)
    const second = start({ WORKER_ID: 'second' })
    await second.waitFor(({ msg }) => msg === 'worker started')
    await sleep(6_000)
    expect(second.lines.some(sampled)).toBe(false)
    await first.end('SIGKILL')
    const killedAt = performance.now()
    await second.waitFor(sampled, 15_000)
    const tookMs = performance.now() - killedAt
    console.log(`taken over after ${Math.round(tookMs)} ms`)
    expect(tookMs).toBeLessThan(15_000)
    expect(
      await second.waitFor(({ msg, lease }) => msg === 'lease taken' && lease === 'sample-lag:local'),
    ).toMatchObject({ fence: '2' })
    await second.waitFor(({ msg }) => String(msg).startsWith('silent workers swept'))
    expect(await readHeartbeat(database.db)).toMatchObject({ workers: 1 })
  })

  it('lives on while the broker is away, and says why', async () => {
    const worker = start({ KAFKA_BROKERS: '127.0.0.1:1' })
    await worker.waitFor(({ msg }) => msg === 'round failed')
    await sleep(3_500)
    expect(worker.process.exitCode).toBeNull()
    const states = await readFreshness(database.db, 'local')
    expect(states.find(({ source }) => source === 'broker')).toMatchObject({
      failing: true,
      lastGoodAtMs: null,
    })
    expect((await readHeartbeat(database.db))?.ageMs).toBeLessThan(6_000)
  })
})

describe('a worker whose broker restarts', () => {
  it('says since when it is away, and samples again by itself', async () => {
    const dataDir = makeDataDir()
    const stack = await startStack({ dataDir, parts: ['kafka'], volatile: true })
    try {
      const worker = start({ KAFKA_BROKERS: stack.brokers })
      await worker.waitFor(sampled)
      await stack.stopPart('kafka', 'kill')
      await worker.waitFor(({ msg }) => msg === 'round failed', 30_000)
      const away = (await readFreshness(database.db, 'local')).find(({ source }) => source === 'broker')
      expect(away).toMatchObject({ failing: true })
      expect(away?.lastGoodAtMs).toBeGreaterThan(0)
      await stack.startPart('kafka')
      await worker.waitFor(({ msg }) => msg === 'sampling works again', 30_000)
      expect(worker.process.exitCode).toBeNull()
    } finally {
      await stack.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })
})

describe('a worker whose PostgreSQL restarts', () => {
  it('goes on by itself', { timeout: 150_000 }, async () => {
    const dataDir = makeDataDir()
    const stack = await startStack({ dataDir, parts: ['postgres'] })
    try {
      const worker = start({ DATABASE_URL: stack.databaseUrl })
      await worker.waitFor(sampled)
      await stack.stopPart('postgres', 'kill')
      await worker.waitFor(({ msg }) => String(msg).startsWith('no heartbeat'))
      await stack.startPart('postgres')
      const before = worker.lines.length
      await worker.waitFor((line) => sampled(line) && worker.lines.indexOf(line) >= before, 30_000)
      await worker.waitFor(({ msg }) => msg === 'the database answers again')
      // The queue is served again, too.
      const db = openDatabase(stack.databaseUrl)
      await queueNow({ db } as Deps, [keepPartitions])
      await db.close()
      await worker.waitFor(
        (line) => String(line.msg).startsWith('Completed task') && worker.lines.indexOf(line) >= before,
        60_000,
      )
      expect(worker.process.exitCode).toBeNull()
      expect((await worker.end('SIGTERM')).code).toBe(0)
    } finally {
      await stack.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })
})
