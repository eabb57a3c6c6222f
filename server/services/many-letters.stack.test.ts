import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type Bench, good, openBench, outgoing, springHeaders } from './dead-letter-fixture.ts'
import { decideLetters } from './decide-letters.ts'
import { planReplay } from './plan-replay.ts'
import { start } from './replay-fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench?.dispose())

/** More than one piece of everything that is read in pieces. */
const count = 20_500

it('more letters than are read at a time are planned, started, planned again and put away', async () => {
  const origin = await bench.makeTopic(`many-${bench.suffix}`, 3)
  const topic = await bench.makeTopic(`${origin}-dlt`, 1)
  for (let from = 0; from < count; from += 5_000)
    await bench.send(
      Array.from({ length: Math.min(5_000, count - from) }, (_, at) =>
        outgoing(topic, {
          key: `k${(from + at) % 1_000}`,
          headers: springHeaders({ topic: origin, offset: BigInt(1_000_000 + from + at) }),
        }),
      ),
    )
  await bench.index()
  const plan = (selection: { filter: { topic: typeof topic } } | { planId: string }) =>
    good(
      planReplay(
        bench.deps,
        bench.connection,
        bench.actor,
        { selection, targetTopic: null },
        bench.call(120_000),
      ),
    )
  const first = await plan({ filter: { topic } })
  expect([first.total, first.ready]).toEqual([count, count])
  const replay = await start(bench, first)
  expect(replay.total).toBe(count)
  const again = await plan({ planId: first.planId })
  expect([again.total, again.ready]).toEqual([count, 0])
  const { pool } = bench.database.db
  await pool.query("UPDATE replay_item SET outcome = 'RETURNED' WHERE replay_id = $1", [replay.id])
  const request = { selection: { topic }, decision: 'archive', reason: 'the customer is gone' } as const
  const { letterIds } = await good(
    decideLetters(bench.deps, bench.connection, bench.actor, request, bench.call()),
  )
  expect(letterIds).toHaveLength(count)
}, 240_000)
