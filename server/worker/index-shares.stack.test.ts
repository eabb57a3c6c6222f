import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { readIndexPositions } from '#server/repositories/dead-letters.ts'
import { readFreshness } from '#server/repositories/freshness.ts'
import { type Bench, openBench, outgoing, springHeaders } from '#server/services/dead-letter-fixture.ts'
import { indexSource } from '#server/services/index-dead-letters.ts'
import { type SpawnedWorker, spawnWorker } from './spawned-worker.ts'

let bench: Bench
let workers: SpawnedWorker[]
const startWorker = (id: string): SpawnedWorker => {
  const worker = spawnWorker({
    WORKER_ID: id,
    DATABASE_URL: bench.database.url,
    KAFKA_BROKERS: inject('brokers'),
  })
  workers.push(worker)
  return worker
}
const query = async <T extends object>(text: string, values: readonly unknown[] = []): Promise<T[]> =>
  (await bench.database.db.pool.query<T>(text, [...values])).rows
/** How many shares of the index each worker owns, by the name it was given. */
const owners = async (): Promise<Record<string, number>> => {
  const rows = await query<{ owner: string }>(
    `SELECT split_part(owner, '.', 1) AS owner FROM lease WHERE name LIKE 'index-dead-letters:%' AND expires_at > now()`,
  )
  return Object.fromEntries(
    [...Map.groupBy(rows, ({ owner }) => owner)].map(([owner, own]) => [owner, own.length]),
  )
}
const freshness = async () =>
  (await readFreshness(bench.database.db, 'local')).find(({ source }) => source === indexSource)

beforeEach(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  workers = []
})
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.process.exitCode === null && worker.end('SIGKILL')))
  await bench.dispose()
})

it('is shared by the workers that live, and each letter is in it once though one of them is killed', async () => {
  const [count, partitions, atOnce] = [24_000, 6, 2_000]
  const topic = await bench.makeTopic(`shared-${bench.suffix}-dlt`, partitions)
  const sendSome = (from: number) =>
    bench.send(
      Array.from({ length: atOnce }, (_, index) => {
        const number = from + index
        const headers = springHeaders({
          topic: `shared-${bench.suffix}`,
          partition: number % partitions,
          offset: BigInt(number),
          group: `group-${number % 7}`,
          errorClass: `com.shop.Failure${number % 50}`,
        })
        return outgoing(topic, { partition: number % partitions, key: `k${number}`, headers })
      }),
    )
  startWorker('first')
  await expect.poll(owners, { timeout: 30_000, interval: 200 }).toEqual({ first: 4 })
  const second = startWorker('second')
  await expect.poll(owners, { timeout: 30_000, interval: 200 }).toEqual({ first: 2, second: 2 })

  /** Every position that was seen, by partition. */
  const seen = new Map<number, bigint[]>()
  const indexed = async (): Promise<number> => {
    for (const one of await readIndexPositions(bench.database.db, 'local'))
      if (one.topic === topic) seen.set(one.partition, [...(seen.get(one.partition) ?? []), one.nextOffset])
    const [row] = await query<{ letters: number }>(
      'SELECT coalesce(sum(letters), 0)::int AS letters FROM failure_group WHERE origin_topic = $1',
      [`shared-${bench.suffix}`],
    )
    return row?.letters ?? 0
  }
  for (let from = 0; from < count / 2; from += atOnce) await sendSome(from)
  await expect.poll(indexed, { timeout: 30_000, interval: 10 }).toBeGreaterThan(0)
  await second.end('SIGKILL')
  const killedAt = performance.now()
  const whenKilled = await indexed()
  for (let from = count / 2; from < count; from += atOnce) await sendSome(from)
  await expect.poll(async () => (await owners()).first, { timeout: 20_000, interval: 200 }).toBe(4)
  const tookMs = performance.now() - killedAt
  await expect.poll(indexed, { timeout: 60_000, interval: 50 }).toBe(count)
  // Once more: positions were read before the letters were counted.
  await indexed()
  console.log(`killed at ${whenKilled} of ${count}; all shares had an owner after ${Math.round(tookMs)} ms`)

  const letters = await query<{ partition: number; letters: number; first: string; last: string }>(
    `SELECT partition, count(DISTINCT "offset")::int AS letters, min("offset") AS first, max("offset") AS last
     FROM dead_letter WHERE topic = $1 GROUP BY 1 ORDER BY 1`,
    [topic],
  )
  const each = count / partitions
  expect(letters).toEqual(
    Array.from({ length: partitions }, (_, partition) => ({
      partition,
      letters: each,
      first: '0',
      last: String(each - 1),
    })),
  )
  const [total] = await query('SELECT count(*)::int AS count FROM dead_letter WHERE topic = $1', [topic])
  expect(total).toEqual({ count })
  for (const positions of seen.values())
    expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
  expect([...seen.values()].map((positions) => positions.at(-1))).toEqual(
    new Array(partitions).fill(BigInt(each)),
  )
}, 180_000)

it('says that a share stands still while the others go on', async () => {
  startWorker('first')
  await expect
    .poll(async () => (await freshness())?.ageMs ?? Number.POSITIVE_INFINITY, { timeout: 30_000 })
    .toBeLessThan(5_000)
  // Somebody else has one of the shares and does nothing with it.
  await query(
    `UPDATE lease SET owner = 'stuck', fence = fence + 1, expires_at = now() + interval '1 hour'
     WHERE name = 'index-dead-letters:local:3/4'`,
  )
  await query(
    `UPDATE source_freshness SET last_good_at = now() - interval '95 seconds', updated_at = now() - interval '95 seconds'
     WHERE source = $1`,
    [`${indexSource} 3/4`],
  )
  const stuck = await freshness()
  expect(stuck?.ageMs).toBeGreaterThan(85_000)
  expect(stuck?.detail).toMatch(/^1 of 4 shares last worked 1 min 3\d s ago/)
})
