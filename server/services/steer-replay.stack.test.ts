import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { listOpenReplayIds, readReplay } from '#server/repositories/replays.ts'
import { beginScheduled } from './begin-scheduled.ts'
import { cancelReplay } from './cancel-replay.ts'
import { type Bench, good, openBench, outgoing, springHeaders, takeLease } from './dead-letter-fixture.ts'
import { itemsOf, lettersOf, planOf, recordsOf, sendAll, start } from './replay-fixture.ts'
import { pauseReplay, resumeReplay, startReplayNow } from './steer-started-replay.ts'
import { consumeAll, countCopies, drive, makeGroupLetters, summaryOf } from './steering-fixture.ts'

let bench: Bench
let topics = 0

vi.setConfig({ testTimeout: 180_000 })

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

const makeLetters = (count: number) =>
  makeGroupLetters(
    bench,
    `steer-${topics++}`,
    Array.from({ length: count }, (_, index) => `k${index}`),
  )
type Order = typeof pauseReplay
const order = (what: Order, id: string) => what(bench.deps, bench.connection, bench.actor, id, bench.call())
const actionsOf = async (id: string) => {
  const { rows } = await bench.database.db.pool.query<{ actor: string; action: string }>(
    'SELECT actor, action FROM audit_entry WHERE target = $1 ORDER BY id',
    [id],
  )
  return rows.map(({ actor, action }) => `${actor}: ${action}`)
}
const marksOf = async (topic: string) => {
  const { rows } = await bench.database.db.pool.query('SELECT FROM mark WHERE text LIKE $1', [
    `Replay of % to ${topic}`,
  ])
  return rows.length
}

it('keeps its pace where brokers are far: what a step takes longer, the next batch holds more', async () => {
  const { letters } = await makeLetters(60)
  const { id } = await start(bench, await planOf(bench, letters), { pacePerSecond: 50 })
  const { topics } = bench.connection.broker
  const far = {
    ...bench.connection,
    broker: {
      ...bench.connection.broker,
      topics: {
        ...topics,
        rights: async (...args: Parameters<typeof topics.rights>) => {
          await new Promise((resolve) => setTimeout(resolve, 600))
          return topics.rights(...args)
        },
      },
    },
  }
  await sendAll(bench, id, far)
  const { rows } = await bench.database.db.pool.query<{ copies: number }>(
    'SELECT count(*)::int AS copies FROM replay_item WHERE replay_id = $1 GROUP BY sent_at ORDER BY sent_at',
    [id],
  )
  const [first, second] = rows.map(({ copies }) => copies)
  expect(first).toBe(10)
  expect(second).toBeGreaterThanOrEqual(30)
})

describe('a paused replay', () => {
  it('sends nothing more, says who paused it, and goes on where it was', async () => {
    // A batch holds two seconds of the pace at most, where the one before took that long.
    const { origin, letters } = await makeLetters(240)
    const { id } = await start(bench, await planOf(bench, letters), { pacePerSecond: 40 })
    const sending = sendAll(bench, id)
    await expect.poll(() => countCopies(bench, origin), { timeout: 10_000 }).toBeGreaterThan(8)
    const paused = await good(order(pauseReplay, id))
    const pausedAt = Date.now()
    expect(paused).toMatchObject({ state: 'paused', control: { paused: { by: 'tester' } } })
    expect(await order(pauseReplay, id)).toMatchObject({ ok: false, error: { code: 'conflict' } })
    await sending
    const before = await countCopies(bench, origin)
    expect(before).toBeLessThan(240)
    const sentAt = (await itemsOf(bench, id)).map((item) => item.sentAt ?? 0)
    expect(new Set(sentAt.filter((at) => at > pausedAt)).size).toBeLessThanOrEqual(1)
    expect(await listOpenReplayIds(bench.database.db)).toContain(id)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await countCopies(bench, origin)).toBe(before)
    expect(await good(order(resumeReplay, id))).toMatchObject({ state: 'running', control: { paused: null } })
    await sendAll(bench, id)
    const items = (await recordsOf(bench, origin)).map(({ key }) => Buffer.from(key ?? []).toString())
    expect(new Set(items).size).toBe(240)
    expect(items).toHaveLength(240)
    expect(await actionsOf(id)).toEqual([
      'tester: start replay',
      'tester: pause replay',
      'tester: resume replay',
    ])
  })

  it('can be stopped, and is refused on a read-only connection', async () => {
    const { origin, letters } = await makeLetters(5)
    const { id } = await start(bench, await planOf(bench, letters))
    const guarded = { ...bench.connection, readOnly: true }
    expect(await pauseReplay(bench.deps, guarded, bench.actor, id, bench.call())).toMatchObject({
      error: { code: 'read-only-connection' },
    })
    await good(order(pauseReplay, id))
    await good(cancelReplay(bench.deps, bench.connection, bench.actor, id, bench.call()))
    await sendAll(bench, id)
    expect(await summaryOf(bench, id)).toMatchObject({
      state: 'cancelled',
      outcomes: { SKIPPED: 5 },
      control: { stopped: { by: 'tester', letterId: null } },
    })
    expect(await countCopies(bench, origin)).toBe(0)
  })
})

describe('a pace', () => {
  it('in bytes is kept to, and told in the audit', async () => {
    const origin = await bench.makeTopic(`bytes-${bench.suffix}`, 1)
    const letters = await bench.makeTopic(`${origin}-dlt`, 1)
    await bench.send(
      Array.from({ length: 20 }, (_, index) =>
        outgoing(letters, {
          value: 'x'.repeat(10_000),
          headers: springHeaders({ topic: origin, offset: BigInt(index) }),
        }),
      ),
    )
    const { id, control } = await start(bench, await planOf(bench, letters), { bytesPerSecond: 100_000 })
    expect(control.bytesPerSecond).toBe(100_000)
    const startedAt = performance.now()
    await sendAll(bench, id)
    const tookMs = performance.now() - startedAt
    // 20 copies of a little more than 10 kB at 100 kB/s, the last of which is not waited for.
    expect(tookMs).toBeGreaterThan(1_700)
    expect(tookMs).toBeLessThan(8_000)
    const { rows } = await bench.database.db.pool.query<{ detail: string }>(
      "SELECT detail FROM audit_entry WHERE target = $1 AND action = 'start replay'",
      [id],
    )
    expect(rows[0]?.detail).toContain('100 kB a second')
  })

  it('that a large letter has used up for long is kept for the next worker', async () => {
    const origin = await bench.makeTopic(`owed-${bench.suffix}`, 1)
    const letters = await bench.makeTopic(`${origin}-dlt`, 1)
    await bench.send(
      [0, 1].map((index) =>
        outgoing(letters, {
          value: 'x'.repeat(20_000),
          headers: springHeaders({ topic: origin, offset: BigInt(index) }),
        }),
      ),
    )
    const { id } = await start(bench, await planOf(bench, letters), { bytesPerSecond: 1_000 })
    const first = await drive(bench, id, ({ sent }) => sent === 1)
    expect(first.outcomes.PENDING).toBe(1)
    // Another worker, which knows nothing of what this one has sent.
    const startedAt = performance.now()
    const second = await drive(
      bench,
      id,
      ({ sent, control }) =>
        sent === 2 || (control.waitsFor !== null && performance.now() - startedAt > 1_500),
    )
    expect(second.sent).toBe(1)
    expect(second.control.waitsFor).toMatch(
      /^The last batch has used up the pace until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/,
    )
  })

  it('of copies in flight holds until the group has consumed them', async () => {
    const { origin, letters, group } = await makeLetters(12)
    const { id } = await start(bench, await planOf(bench, letters), { maxInFlight: 4 })
    const held = await drive(bench, id, ({ control }) => control.waitsFor !== null)
    expect(held.control).toMatchObject({ inFlight: 4, maxInFlight: 4 })
    expect(held.control.waitsFor).toBe(
      `4 copies are sent and not yet consumed by ${group}: no more may be in flight`,
    )
    expect(await countCopies(bench, origin)).toBe(4)
    let most = 0
    const all = await drive(bench, id, ({ sent }) => sent === 12, {
      onTurn: async ({ outcomes }) => {
        most = Math.max(most, outcomes.SENT)
        await consumeAll(bench, group, origin)
      },
    })
    expect(all.sent).toBe(12)
    expect(most).toBeLessThanOrEqual(4)
  })
})

describe('a scheduled replay', () => {
  it('begins at its time, whichever worker is there then', async () => {
    const { origin, letters } = await makeLetters(3)
    const startAt = Date.now() + 2_500
    const plan = await planOf(bench, letters)
    expect(plan.expiry?.firstAt).toBeGreaterThan(Date.now())
    const replay = await start(bench, plan, { startAt })
    expect(replay).toMatchObject({ state: 'scheduled', control: { startAt } })
    expect(await listOpenReplayIds(bench.database.db)).not.toContain(replay.id)
    expect(await marksOf(origin)).toBe(0)
    await expect
      .poll(() => listOpenReplayIds(bench.database.db), { timeout: 10_000, interval: 100 })
      .toContain(replay.id)
    expect(Date.now()).toBeGreaterThanOrEqual(startAt)
    const lease = await takeLease(bench.deps, `replay:${replay.id}`)
    const record = await readReplay(bench.database.db, replay.id)
    if (!record) throw new Error('the replay is there')
    // Twice, as by a worker that was killed after it.
    await beginScheduled(bench.deps, record, lease)
    await beginScheduled(bench.deps, record, lease)
    await lease.release()
    await sendAll(bench, replay.id)
    expect(await countCopies(bench, origin)).toBe(3)
    expect(await marksOf(origin)).toBe(1)
    expect(await actionsOf(replay.id)).toEqual(['tester: start replay', 'worker: start scheduled replay'])
  })

  it('can be started before, or cancelled', async () => {
    const { origin, letters } = await makeLetters(3)
    const startAt = Date.now() + 3_600_000
    const { id } = await start(bench, await planOf(bench, letters), { startAt })
    expect(await good(order(startReplayNow, id))).toMatchObject({ state: 'running' })
    expect(await order(startReplayNow, id)).toMatchObject({ ok: false, error: { code: 'conflict' } })
    await sendAll(bench, id)
    expect(await countCopies(bench, origin)).toBe(3)
    const other = await makeLetters(3)
    const second = await start(bench, await planOf(bench, other.letters), { startAt })
    await good(cancelReplay(bench.deps, bench.connection, bench.actor, second.id, bench.call()))
    await sendAll(bench, second.id)
    expect(await summaryOf(bench, second.id)).toMatchObject({ state: 'cancelled', outcomes: { SKIPPED: 3 } })
    expect(await countCopies(bench, other.origin)).toBe(0)
  })

  it('holds up nobody before its time', async () => {
    const { origin, letters } = await makeLetters(4)
    const ids = (await lettersOf(bench, letters)).map(({ id }) => id)
    const startAt = Date.now() + 3_600_000
    const scheduled = await start(bench, await planOf(bench, letters, { letterIds: ids.slice(0, 2) }), {
      startAt,
    })
    const other = await start(bench, await planOf(bench, letters, { letterIds: ids.slice(2) }))
    await sendAll(bench, other.id)
    expect(await countCopies(bench, origin)).toBe(2)
    // Its letters are its own all the same.
    expect((await planOf(bench, letters)).ready).toBe(0)
    expect((await summaryOf(bench, scheduled.id)).state).toBe('scheduled')
  })
})
