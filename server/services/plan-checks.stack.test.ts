import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import { replayPlan } from '#server/contracts/replays.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { readEnv } from '#server/env.ts'
import { commitOffsets } from '#server/sandbox/stack/commit-offsets.ts'
import { type Bench, good, openBench, outgoing, springHeaders, text } from './dead-letter-fixture.ts'
import { planReplay } from './plan-replay.ts'
import { lettersOf, makeLetters, planOf, recordsOf, sendAll, start } from './replay-fixture.ts'
import { startReplay } from './start-replay.ts'

let bench: Bench

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

type Plan = Awaited<ReturnType<typeof planOf>>
const finding = (plan: Plan, code: string) => plan.findings.find((one) => one.code === code)
const plan = (request: Omit<Parameters<typeof planReplay>[3], 'targetTopic'>) =>
  good(planReplay(bench.deps, bench.connection, bench.actor, { targetTopic: null, ...request }, bench.call()))

describe('who will receive the copies', () => {
  it('is every group that has committed there or has members on it, also before it was sampled', async () => {
    const { origin, letters } = await makeLetters(bench, 'readers', 2, 2)
    await bench.send([0, 1, 0].map((partition) => outgoing(origin, { partition, value: 'live' })))
    const groupId = `readers-${bench.suffix}`
    await commitOffsets(bench.brokers, groupId, origin, [1])
    const consumer = bench.kafka.consumer({ groupId: `members-${bench.suffix}`, maxWaitTimeInMs: 200 })
    await consumer.connect()
    await consumer.subscribe({ topic: origin, fromBeginning: true })
    const joined = new Promise((resolve) => consumer.on('consumer.group_join', resolve))
    await consumer.run({ autoCommit: false, eachMessage: async () => {} })
    await joined
    const { readers } = await planOf(bench, letters)
    await consumer.disconnect()
    expect(readers.map(({ group, topic, lagMessages }) => [group, topic, lagMessages])).toEqual([
      [`members-${bench.suffix}`, origin, null],
      [groupId, origin, '1'],
    ])
  }, 120_000)
})

describe('a message that came back from replays', () => {
  const returned = (attempt: number) => [
    text('x-replay-id', '0b6f2f5e-0000-4000-8000-000000000001'),
    text('x-replay-item', '1'),
    text('x-replay-attempt', String(attempt)),
  ]
  it('is refused from the third on, unless its operator insists', async () => {
    const origin = await bench.makeTopic(`loop-${bench.suffix}`, 1)
    const letters = await bench.makeTopic(`${origin}-dlt`, 1)
    await bench.send(
      [2, 3].map((attempt) =>
        outgoing(letters, {
          headers: [...returned(attempt), ...springHeaders({ topic: origin, offset: BigInt(attempt) })],
        }),
      ),
    )
    const first = await planOf(bench, letters)
    expect(first).toMatchObject({ ready: 1, total: 2 })
    expect(finding(first, 'loop-cap')).toMatchObject({ severity: 'refused', count: 1 })
    const again = await plan({ selection: { planId: first.planId }, mayLoop: true })
    expect(again).toMatchObject({ ready: 2, total: 2, choice: { mayLoop: true } })
    expect(finding(again, 'replayed-often')).toMatchObject({ severity: 'warning', count: 1 })
  })
})

describe('what overwrites or deletes', () => {
  it('is not started before the operator agrees; without a key it is refused', async () => {
    const table = await bench.makeTopic(`consent-${bench.suffix}`, 1, { 'cleanup.policy': 'compact' })
    const letters = await bench.makeTopic(`${table}-dlt`, 1)
    const [dead] = await bench.send([
      outgoing(table, { key: 'a', value: null, timestampMs: 1_795_000_000_000n }),
    ])
    await bench.send([
      outgoing(letters, {
        key: 'a',
        value: null,
        headers: springHeaders({ topic: table, offset: dead?.offset ?? 0n }),
      }),
      outgoing(letters, { key: 'b', value: 'old', headers: springHeaders({ topic: table, offset: 70n }) }),
      outgoing(letters, { key: null, value: 'old', headers: springHeaders({ topic: table, offset: 71n }) }),
    ])
    const made = await planOf(bench, letters)
    replayPlan.parse(made)
    expect(made.ready).toBe(2)
    expect(finding(made, 'keyless')).toMatchObject({ count: 1 })
    const attempt = (consents: readonly string[]) =>
      startReplay(
        bench.deps,
        bench.connection,
        bench.actor,
        { planId: made.planId, pacePerSecond: 10_000, reason: '', consents: [...consents] },
        bench.call(),
      )
    expect(await attempt([])).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
    const half = await attempt(['compacted'])
    expect(half).toMatchObject({
      ok: false,
      error: { detail: expect.stringContaining('a copy deletes its key') },
    })
    expect((await recordsOf(bench, table)).length).toBe(1)
    const replay = await good(attempt(['compacted', 'deletes-key']))
    await sendAll(bench, replay.id)
    expect((await recordsOf(bench, table)).length).toBe(3)
  })
})

describe('a selection', () => {
  it('of several origins can be planned for each alone, and keeps where its partitions ended', async () => {
    const letters = await bench.makeTopic(`mixed-${bench.suffix}-dlq`, 1)
    const origins = await Promise.all(
      ['a', 'b'].map((name) => bench.makeTopic(`mixed-${name}-${bench.suffix}`, 1)),
    )
    await bench.send(
      [0, 0, 1].map((which, offset) =>
        outgoing(letters, {
          headers: springHeaders({ topic: origins[which] ?? '', offset: BigInt(offset) }),
        }),
      ),
    )
    const both = await planOf(bench, letters)
    expect(finding(both, 'mixed-targets')).toMatchObject({ count: 3 })
    expect(both.sources).toEqual([{ topic: letters, partition: 0, end: '3', letters: 3 }])
    const alone = await plan({ selection: { planId: both.planId, originTopic: origins[0] as TopicName } })
    expect(alone).toMatchObject({ total: 2, ready: 2, targets: [{ topic: origins[0], count: 2 }] })
    expect(finding(alone, 'mixed-targets')).toBeUndefined()
  })

  it('by a filter holds what had been indexed by then', async () => {
    const { origin, letters } = await makeLetters(bench, 'filter', 4)
    const found = await lettersOf(bench, letters)
    const upToId = found[2]?.id ?? ''
    const filter = { topic: letters, upToId }
    expect(await plan({ selection: { filter } })).toMatchObject({ total: 3, targets: [{ topic: origin }] })
    expect(await plan({ selection: { filter: { ...filter, key: 'k1' } } })).toMatchObject({ total: 1 })
    expect(await plan({ selection: { filter: { topic: letters, q: 'K2' } } })).toMatchObject({ total: 1 })
  })

  it('of thousands by hand is found at once in a database that was never analysed', async () => {
    const { letters } = await makeLetters(bench, 'many', 3_000)
    const found = await planOf(bench, letters, { letterIds: await allIdsOf(letters) })
    expect(found).toMatchObject({ total: 3_000, ready: 3_000 })
  })
})

const allIdsOf = async (topic: TopicName): Promise<string[]> => {
  await bench.index()
  const { rows } = await bench.deps.db.pool.query<{ id: string }>(
    'SELECT id FROM dead_letter WHERE topic = $1',
    [topic],
  )
  return rows.map(({ id }) => id)
}

it('letters that were replayed before are told with which replay, by whom, when', async () => {
  const { letters } = await makeLetters(bench, 'before', 1)
  const replay = await start(bench, await planOf(bench, letters))
  const waiting = finding(await planOf(bench, letters), 'being-replayed')
  expect(waiting?.sentence).toContain(`(replay #${replay.number} by tester, not sent yet)`)
  await sendAll(bench, replay.id)
  const sent = finding(await planOf(bench, letters), 'being-replayed')
  expect(sent?.sentence).toMatch(/\(replay #\d+ by tester, last sent \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\)$/)
})

it('letters whose schema is not registered any more, or does not decode them, are warned of', async () => {
  const [connection] = compose(readEnv({ DATABASE_URL: bench.database.url }), {
    connections: [
      connectionConfig.parse({
        id: 'local',
        name: 'Local',
        brokers: inject('brokers'),
        ledgerTopic: bench.connection.ledgerTopic,
        registry: { url: inject('registryUrl') },
      }),
    ],
  }).deps.connections
  const schema = JSON.stringify({ type: 'record', name: 'Paid', fields: [{ name: 'total', type: 'long' }] })
  const answer = await fetch(`${inject('registryUrl')}/subjects/checks-${bench.suffix}-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema }),
  })
  const { id } = (await answer.json()) as { id: number }
  const framed = (schemaId: number, body: readonly number[]) => {
    const head = Buffer.alloc(5)
    head.writeInt32BE(schemaId, 1)
    return Buffer.concat([head, Buffer.from(body)])
  }
  const origin = await bench.makeTopic(`schemas-${bench.suffix}`, 1)
  const letters = await bench.makeTopic(`${origin}-dlt`, 1)
  const values = [framed(id, [2]), framed(2_000_000_041, [2]), framed(id, [0xff])]
  await bench.send(
    values.map((value, offset) =>
      outgoing(letters, { value, headers: springHeaders({ topic: origin, offset: BigInt(offset) }) }),
    ),
  )
  const made = await planOf(bench, letters, { ...(connection ? { connection } : {}) })
  expect(finding(made, 'schema-gone')).toMatchObject({
    count: 1,
    sentence: expect.stringContaining('(schema 2000000041)'),
  })
  expect(finding(made, 'undecodable')).toMatchObject({ count: 1 })
})
