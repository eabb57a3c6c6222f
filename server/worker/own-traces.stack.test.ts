import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { findFreePort } from '#server/sandbox/stack/free-port.ts'
import { type Bench, good, openBench } from '#server/services/dead-letter-fixture.ts'
import { listTraces } from '#server/services/list-traces.ts'
import { type SpawnedWorker, spawnWorker } from './spawned-worker.ts'

let bench: Bench
let worker: SpawnedWorker
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  worker = spawnWorker({
    DATABASE_URL: bench.database.url,
    KAFKA_BROKERS: inject('brokers'),
    OTLP_PORT: String(await findFreePort(23_400)),
  })
})
afterAll(async () => {
  if (worker.process.exitCode === null) await worker.end('SIGKILL')
  await bench.dispose()
})

const query = { errors: false, q: '', minutes: 60, limit: 200 }
const namesOf = async (): Promise<Set<string>> => {
  const { rows } = await bench.database.db.pool.query<{ name: string }>(
    `SELECT DISTINCT name FROM span WHERE service = 'spillway-worker'`,
  )
  return new Set(rows.map(({ name }) => name))
}

it('traces its steps and jobs with the broker calls in them, and nothing of its own intake', async () => {
  const wanted = ['step sample-lag', 'step index-dead-letters', 'job keep-partitions', 'topics.list']
  const missing = async () => {
    const names = await namesOf()
    return wanted.filter((name) => !names.has(name))
  }
  await expect.poll(missing, { timeout: 25_000, interval: 500 }).toEqual([])
  const known = /^(step|job) [a-z-]+$|^(topics|groups|messages|publisher)\.[a-zA-Z]+$/
  expect([...(await namesOf())].filter((name) => !known.test(name))).toEqual([])
  const { rows } = await bench.database.db.pool.query<{ lost: number }>(
    `SELECT count(*)::int AS lost FROM span s WHERE parent_span_id IS NULL AND name !~ '^(step|job) '`,
  )
  expect(rows).toEqual([{ lost: 0 }])
  const hidden = await good(listTraces(bench.deps, query, bench.call()))
  expect(hidden).toMatchObject({ traces: [], services: [], lastSpanAt: null })
  const own = await good(listTraces(bench.deps, { ...query, service: 'spillway-worker' }, bench.call()))
  expect(own.traces.length).toBeGreaterThan(2)
  expect((await worker.end('SIGTERM')).tookMs).toBeLessThan(5_000)
})
