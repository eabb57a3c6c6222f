import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import { readReplay } from '#server/repositories/replays.ts'
import { type Bench, good, openBench, outgoing, springHeaders, takeLease } from './dead-letter-fixture.ts'
import type { HeldLease } from './hold-lease.ts'
import { lettersOf, planOf, recordsOf, sendAll, start } from './replay-fixture.ts'
import { runReplayStep } from './run-replay-step.ts'
import { pauseReplay, resumeReplay } from './steer-started-replay.ts'
import { consumeAll, countCopies, drive, makeGroupLetters, summaryOf } from './steering-fixture.ts'

let bench: Bench
let topics = 0

vi.setConfig({ testTimeout: 180_000 })

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

const text = (bytes: Uint8Array | null) => (bytes ? Buffer.from(bytes).toString() : '')
/** Values of each key in the order of their copies. */
const byKey = async (topic: TopicName) => Map.groupBy(await recordsOf(bench, topic), ({ key }) => text(key))
const stepUnder = async (id: string, lease: HeldLease) => {
  const replay = await readReplay(bench.deps.db, id)
  if (!replay) throw new Error('the replay is there')
  return runReplayStep(bench.deps, bench.connection, replay, lease, bench.call())
}
/** Two dead-letter partitions that hold letters of one key each, of one origin partition. */
const makeSharedKey = async () => {
  const origin = await bench.makeTopic(`shared-${bench.suffix}-${topics++}`, 1)
  const letters = await bench.makeTopic(`${origin}-dlt`, 2)
  await bench.send(
    [0, 1].flatMap((partition) =>
      [0, 1, 2].map((index) =>
        outgoing(letters, {
          partition,
          key: index === 0 ? 'same' : `p${partition}-${index}`,
          value: `p${partition}`,
          headers: springHeaders({ topic: origin, offset: BigInt(partition * 10 + index) }),
        }),
      ),
    ),
  )
  const ids = await lettersOf(bench, letters)
  const of = (partition: number) =>
    ids.filter(({ position }) => position.startsWith(`${partition}@`)).map(({ id }) => id)
  return { origin, letters, of }
}

describe('messages of one key', () => {
  it('keep their order over the steps of a canary, whichever dead-letter partition they stand in', async () => {
    const keys = Array.from({ length: 32 }, (_, index) => `k${index % 4}`)
    const { origin, letters, group } = await makeGroupLetters(bench, `order-${topics++}`, keys, {
      origin: 4,
      letters: 3,
    })
    const replay = await start(bench, await planOf(bench, letters), { canary: true })
    await drive(bench, replay.id, ({ sent }) => sent === 32, {
      quietMs: 1,
      onTurn: () => consumeAll(bench, group, origin),
    })
    for (const [key, records] of await byKey(origin)) {
      const sent = records.map(({ value }) => Number(text(value).slice(1)))
      expect(sent, key).toEqual(sent.toSorted((a, b) => a - b))
    }
  })

  it('are sent by one replay at a time, also from different dead-letter partitions: the second says behind whom', async () => {
    const { origin, letters, of } = await makeSharedKey()
    const first = await start(bench, await planOf(bench, letters, { letterIds: of(0) }))
    const second = await start(bench, await planOf(bench, letters, { letterIds: of(1) }))
    const lease = await takeLease(bench.deps, `replay:${second.id}`)
    await stepUnder(second.id, lease)
    const { failure, number } = await summaryOf(bench, second.id)
    expect(number).toBe((first.number ?? 0) + 1)
    expect(failure).toBe(
      `Waiting behind replay #${first.number}, which still has a letter with the key same to send to ${origin}. It begins by itself`,
    )
    expect(await countCopies(bench, origin)).toBe(0)
    await lease.release()
    await sendAll(bench, first.id)
    await sendAll(bench, second.id)
    expect((await byKey(origin)).get('same')?.map(({ value }) => text(value))).toEqual(['p0', 'p1'])
    expect((await summaryOf(bench, second.id)).failure).toBeNull()
  })

  it('wait for a paused replay, too', async () => {
    const { origin, letters, of } = await makeSharedKey()
    const first = await start(bench, await planOf(bench, letters, { letterIds: of(0) }))
    const order = (what: typeof pauseReplay) =>
      good(what(bench.deps, bench.connection, bench.actor, first.id, bench.call()))
    await order(pauseReplay)
    const second = await start(bench, await planOf(bench, letters, { letterIds: of(1) }))
    const lease = await takeLease(bench.deps, `replay:${second.id}`)
    await stepUnder(second.id, lease)
    expect((await summaryOf(bench, second.id)).failure).toContain(`behind replay #${first.number}`)
    await lease.release()
    await order(resumeReplay)
    await sendAll(bench, first.id)
    await sendAll(bench, second.id)
    expect(await countCopies(bench, origin)).toBe(6)
  })
})

it('a replay that has begun keeps its partitions when another worker goes on with it: no two wait for each other', async () => {
  const { origin, letters } = await makeGroupLetters(
    bench,
    `keep-${topics++}`,
    Array.from({ length: 8 }, (_, index) => `k${index}`),
  )
  const ids = (await lettersOf(bench, letters)).map(({ id }) => id)
  const early = await start(bench, await planOf(bench, letters, { letterIds: ids.slice(0, 4) }))
  const late = await start(bench, await planOf(bench, letters, { letterIds: ids.slice(4) }), {
    pacePerSecond: 1,
  })
  // The later one comes to take its partition while the earlier is scheduled for another time.
  const setState = (state: string) =>
    bench.database.db.pool.query('UPDATE replay SET state = $2 WHERE id = $1', [early.id, state])
  await setState('scheduled')
  const first = await takeLease(bench.deps, `replay:${late.id}`)
  while ((await countCopies(bench, origin)) === 0) await stepUnder(late.id, first)
  await setState('running')
  await first.release()
  const other = await takeLease(bench.deps, `replay:${early.id}`)
  await stepUnder(early.id, other)
  expect((await summaryOf(bench, early.id)).failure).toContain(`behind replay #${late.number}`)
  await other.release()
  // Killed and taken over: its new worker asks for the partition again.
  await sendAll(bench, late.id)
  await sendAll(bench, early.id)
  expect(await countCopies(bench, origin)).toBe(8)
})
