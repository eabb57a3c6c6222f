import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import type { PlanReplayRequest, ReplayPlan } from '#server/contracts/replays.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { type Bench, good, openBench, outgoing, springHeaders } from './dead-letter-fixture.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { planReplay } from './plan-replay.ts'
import { lettersOf } from './replay-fixture.ts'

let bench: Bench
let origin: TopicName
let letters: TopicName

vi.setConfig({ testTimeout: 120_000 })

const startMs = Date.now() - 600_000
/** Letters of two errors in turns, over three partitions, one a minute. */
const count = 6
const errors = ['com.shop.CardDeclinedException', 'com.shop.StockException'] as const

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  origin = await bench.makeTopic(`sel-${bench.suffix}`, 3)
  letters = await bench.makeTopic(`${origin}-dlt`, 3)
  await bench.send(
    Array.from({ length: count }, (_, index) =>
      outgoing(letters, {
        partition: index % 3,
        key: `k${index}`,
        timestampMs: BigInt(startMs + index * 60_000),
        headers: springHeaders({
          topic: origin,
          partition: index % 3,
          offset: BigInt(index),
          errorClass: errors[index % 2] ?? errors[0],
        }),
      }),
    ),
  )
  await bench.index()
})
afterAll(() => bench.dispose())

type Selection = PlanReplayRequest['selection']
const planOf = (selection: Selection) =>
  planReplay(bench.deps, bench.connection, bench.actor, { selection, targetTopic: null }, bench.call())
const planned = (selection: Selection): Promise<ReplayPlan> => good(planOf(selection))
const endsOf = ({ sources }: ReplayPlan) =>
  sources?.map(({ partition, end, letters: own }) => [partition, end, own])
const minute = (index: number) => startMs + index * 60_000

describe('a selection', () => {
  it('by partition is frozen with the ends of those alone', async () => {
    const plan = await planned({ filter: { topic: letters, partition: 1 } })
    expect(plan.total).toBe(2)
    expect(endsOf(plan)).toEqual([[1, '2', 2]])
    expect(plan.selection).toEqual({ words: `all letters in ${letters}, in partition 1`, groups: 2 })
  })

  it('by time of death takes the first moment and leaves the last out', async () => {
    const plan = await planned({ filter: { topic: letters, diedFrom: minute(1), diedTo: minute(4) } })
    expect(plan.total).toBe(3)
    expect(plan.selection?.words).toMatch(/that died from .* UTC on, that died before .* UTC$/)
    expect(await planOf({ filter: { diedFrom: minute(4), diedTo: minute(4) } })).toMatchObject({
      error: { code: 'invalid-request', detail: 'selection.filter: diedFrom has to be before diedTo.' },
    })
  })

  it('of several failure groups takes their letters and says of how many', async () => {
    const rows = await lettersOf(bench, letters)
    const failureGroupIds = [...new Set(rows.map(({ failureGroupId }) => failureGroupId))]
    const plan = await planned({ failureGroupIds })
    expect(plan).toMatchObject({
      total: count,
      selection: { words: 'the letters of 2 failure groups', groups: 2 },
    })
    const narrow = await planned({ failureGroupIds, filter: { key: 'k3' } })
    expect(narrow).toMatchObject({ total: 1, selection: { groups: 1 } })
    // Planned otherwise it stays the same selection, and says so.
    const again = await planned({ planId: plan.planId })
    expect(again.selection).toEqual(plan.selection)
  })

  it('by hand is those letters, wherever they stand', async () => {
    const rows = await lettersOf(bench, letters)
    const plan = await planned({ letterIds: rows.slice(0, 4).map(({ id }) => id) })
    expect(plan).toMatchObject({ total: 4, selection: { words: '4 picked by hand' } })
    expect(plan.sources?.reduce((sum, one) => sum + one.letters, 0)).toBe(4)
  })
})

it('a list of letters shows and counts what its filter takes', async () => {
  const query = { topic: letters, partition: 2, diedFrom: minute(3), limit: 10 }
  const list = await good(listDeadLetters(bench.deps, bench.connection, query, bench.call()))
  expect(list).toMatchObject({ total: 1, letters: [{ keyText: 'k5' }] })
})

it('more letters than a plan takes are refused with how many fit and what to do', async () => {
  const [row] = await lettersOf(bench, letters)
  await bench.database.db.pool.query(
    `INSERT INTO dead_letter (connection_id, topic, partition, "offset", failure_group_id, died_at, convention)
     SELECT connection_id, topic, partition, 1000 + n, failure_group_id, died_at, convention
     FROM dead_letter, generate_series(1, 100001) AS n WHERE id = $1`,
    [row?.id],
  )
  await bench.database.db.pool.query(
    `UPDATE index_position SET letters = letters + 100001
     WHERE (topic, partition) IN (SELECT topic, partition FROM dead_letter WHERE id = $1)`,
    [row?.id],
  )
  expect(await planOf({ filter: { topic: letters } })).toMatchObject({
    error: {
      detail:
        'selection: 100,007 dead letters fit, and a plan takes at most 100,000. Choose fewer by topic, partition, key or time of death, and plan the rest after them.',
    },
  })
})
