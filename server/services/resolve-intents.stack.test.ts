import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { fail } from '#server/domain/result.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import { cancelReplay } from './cancel-replay.ts'
import { type Bench, good, openBench, outgoing } from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import {
  dyingAfter,
  follow,
  headerText,
  itemsOf,
  makeLetters,
  planOf,
  recordsOf,
  sendAll,
  start,
} from './replay-fixture.ts'
import { patience } from './replay-step.ts'
import { showReplay } from './show-replay.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

const shown = (id: string) => good(showReplay(bench.deps, bench.connection, id, bench.call()))
const stop = (id: string) => good(cancelReplay(bench.deps, bench.connection, bench.actor, id, bench.call()))
const reading = (change: (real: MessageReader) => Partial<MessageReader>): Connection => {
  const { messages } = bench.connection.broker
  if (!messages) throw new Error('the broker can be read by position')
  const broker = { ...bench.connection.broker, messages: { ...messages, ...change(messages) } }
  return { ...bench.connection, broker }
}
/** A replay of 150 letters whose worker died after it had sent the first 100 and before it said so. */
const startAndDie = async (name: string) => {
  const { origin, letters } = await makeLetters(bench, name, 150)
  const replay = await start(bench, await planOf(bench, letters), { pacePerSecond: 500 })
  await expect(sendAll(bench, replay.id, dyingAfter(bench, 1))).rejects.toThrow('killed')
  return { origin, letters, replay }
}
const countBy = (items: Awaited<ReturnType<typeof itemsOf>>) =>
  Object.fromEntries(
    [...Map.groupBy(items, ({ outcome }) => outcome)].map(([name, all]) => [name, all.length]),
  )

describe('a target that is deleted while a replay sends', () => {
  const limits = { ...patience, goneMs: 2_000 }
  it('ends the replay: what was begun is unknown, what was not is failed, and each says why', async () => {
    const { origin, replay } = await startAndDie('gone')
    await bench.deleteTopic(origin)
    await sendAll(bench, replay.id, bench.connection, { limits })
    const items = await itemsOf(bench, replay.id)
    expect(countBy(items)).toEqual({ UNKNOWN: 100, FAILED: 50 })
    expect(items[0]?.proof).toContain(`${origin} was deleted after sending had begun`)
    expect(items[149]?.proof).toBe(`not sent: the topic ${origin} does not exist any more`)
    expect(await follow(bench, replay.id)).toBe(false)
    const end = await shown(replay.id)
    expect(end).toMatchObject({ state: 'failed' })
    expect(end.failure).toContain(`${origin} was deleted: 50 letters were not sent, and of 100 copies`)
    expect(end.finishedAt).not.toBeNull()
  })

  it('does not keep the replay from being stopped', async () => {
    const { origin, replay } = await startAndDie('gone-stopped')
    await bench.deleteTopic(origin)
    await stop(replay.id)
    await sendAll(bench, replay.id, bench.connection, { limits })
    expect(countBy(await itemsOf(bench, replay.id))).toEqual({ UNKNOWN: 100, SKIPPED: 50 })
    expect((await shown(replay.id)).state).toBe('cancelled')
  })

  it('fails the letters whose own topic is gone, too', async () => {
    const { letters, replay } = await startAndDie('source-gone')
    await bench.deleteTopic(letters)
    await sendAll(bench, replay.id, bench.connection, { limits })
    expect(countBy(await itemsOf(bench, replay.id))).toEqual({ SENT: 100, FAILED: 50 })
  })
})

describe('a target that can not be read', () => {
  const limits = { settleMs: 200, goneMs: 500, unreadableMs: 1_500, deniedMs: 1_500, stoppingMs: 1_000 }
  const unreadable = (kind: 'denied' | 'unreachable') =>
    reading(() => ({
      readForward: async () => fail({ kind, detail: 'this user may not read it', source: 'broker' }),
      offsetsAt: async () => fail({ kind, detail: 'this user may not read it', source: 'broker' }),
    }))

  it('for long although the broker answers ends the replay, with the copies unknown', async () => {
    const { replay } = await startAndDie('denied')
    await sendAll(bench, replay.id, unreadable('denied'), { limits })
    const items = await itemsOf(bench, replay.id)
    expect(countBy(items)).toEqual({ UNKNOWN: 100, FAILED: 50 })
    expect(items[0]?.proof).toContain('could not be found out: this user may not read it')
    expect((await shown(replay.id)).failure).toContain('could not be read (this user may not read it)')
  })

  it('because the broker is away is waited for, but not longer than an operator waits for the end', async () => {
    const { replay } = await startAndDie('away')
    const sending = sendAll(bench, replay.id, unreadable('unreachable'), { limits })
    await new Promise((resolve) => setTimeout(resolve, 4_500))
    const waiting = await shown(replay.id)
    expect(waiting).toMatchObject({ state: 'running', outcomes: { PENDING: 150 } })
    expect(waiting.failure).toBe('Waiting: this user may not read it. It goes on by itself')
    await stop(replay.id)
    await sending
    expect(countBy(await itemsOf(bench, replay.id))).toEqual({ UNKNOWN: 100, SKIPPED: 50 })
    expect(await shown(replay.id)).toMatchObject({ state: 'cancelled' })
  })
})

it('a target that takes longer to look through than a step may last is looked through in several', async () => {
  const { origin, replay } = await startAndDie('slow')
  await bench.send(Array.from({ length: 3_000 }, (_, index) => outgoing(origin, { partition: index % 3 })))
  let asked = 0
  const slow = reading((real) => ({
    readForward: async (request, call) => {
      asked++
      await new Promise((resolve) => setTimeout(resolve, request.topic === origin ? 100 : 0))
      return real.readForward({ ...request, limit: Math.min(request.limit, 200) }, call)
    },
  }))
  const sending = sendAll(bench, replay.id, slow, { stepMs: 700 })
  await expect
    .poll(async () => (await shown(replay.id)).failure, { timeout: 10_000 })
    .toMatch(/^Looking on .* for copies sent before a worker ended: [\d,]+ records to go$/)
  await sending
  const copies = (await recordsOf(bench, origin)).flatMap(
    (record) => headerText(record, 'x-replay-item') ?? [],
  )
  expect(copies).toHaveLength(150)
  expect(new Set(copies).size).toBe(150)
  // 3,150 records at 200 a read, and no second look from the start.
  expect(asked).toBeLessThan(60)
})
