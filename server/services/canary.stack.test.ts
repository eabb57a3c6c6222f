import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { replaySummary } from '#server/contracts/replays.ts'
import { readReplay } from '#server/repositories/replays.ts'
import { type Bench, openBench, takeLease } from './dead-letter-fixture.ts'
import { follow, itemsOf, planOf, recordsOf, sendAll, start } from './replay-fixture.ts'
import { runReplayStep } from './run-replay-step.ts'
import { continueReplay } from './steer-started-replay.ts'
import { consumeAll, countCopies, dieAgain, drive, makeGroupLetters, summaryOf } from './steering-fixture.ts'

let bench: Bench
let topics = 0

vi.setConfig({ testTimeout: 180_000 })

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`)
const makeLetters = (count: number, letters = 1) =>
  makeGroupLetters(bench, `can-${topics++}`, keys(count), { origin: 3, letters })
const times = async (id: string) => {
  const { rows } = await bench.database.db.pool.query<{
    seq: number
    outcome: string
    sent: Date
    found: Date
  }>(
    'SELECT seq, outcome, sent_at AS sent, outcome_at AS found FROM replay_item WHERE replay_id = $1 ORDER BY seq',
    [id],
  )
  return rows
}
const auditOf = async (id: string) => {
  const { rows } = await bench.database.db.pool.query<{
    actor: string
    action: string
    detail: string
    reason: string
  }>('SELECT actor, action, detail, reason FROM audit_entry WHERE target = $1 ORDER BY id', [id])
  return rows
}
const stepOf = async (id: string) => {
  const lease = await takeLease(bench.deps, `replay:${id}`)
  try {
    const replay = await readReplay(bench.deps.db, id)
    if (!replay) throw new Error('the replay is there')
    return await runReplayStep(bench.deps, bench.connection, replay, lease, bench.call())
  } finally {
    await lease.release()
  }
}

describe('a canary', () => {
  it('sends one, five, twenty and the rest, each when every copy of the last has settled', async () => {
    const { origin, letters, group } = await makeLetters(30, 2)
    const replay = await start(bench, await planOf(bench, letters), { canary: true })
    expect(replaySummary.parse(replay).control.canary?.steps.map(({ size }) => size)).toEqual([
      1,
      5,
      20,
      null,
    ])
    const seen = new Set<number>()
    const done = await drive(bench, replay.id, ({ state }) => state === 'done', {
      onTurn: async ({ control }) => {
        seen.add(await countCopies(bench, origin))
        if (control.inFlight > 0) await consumeAll(bench, group, origin)
      },
    })
    expect(done.outcomes.SETTLED).toBe(30)
    expect(done.control.canary?.steps.map(({ state }) => state)).toEqual([
      'settled',
      'settled',
      'settled',
      'settled',
    ])
    const items = await times(replay.id)
    for (const [from, size] of [
      [1, 5],
      [6, 20],
      [26, 4],
    ] as const) {
      const before = Math.max(...items.slice(0, from).map(({ found }) => found.getTime()))
      const after = Math.min(...items.slice(from, from + size).map(({ sent }) => sent.getTime()))
      expect(after).toBeGreaterThanOrEqual(before)
    }
    expect([...seen].filter((count) => count < 26).every((count) => count <= 26)).toBe(true)
    expect(seen.has(1) && seen.has(6) && seen.has(26)).toBe(true)
  })

  it('tells what it waits for and until when', async () => {
    const { origin, letters, group } = await makeLetters(30)
    const replay = await start(bench, await planOf(bench, letters), { canary: true })
    const sent = await drive(bench, replay.id, ({ outcomes }) => outcomes.SENT === 1)
    expect(sent.control.canary).toMatchObject({
      open: 0,
      unproven: [{ outcome: 'SENT', count: 1 }],
      expectedEnd: { isEarliest: true },
    })
    await consumeAll(bench, group, origin)
    const consumed = await drive(bench, replay.id, ({ outcomes }) => outcomes.CONSUMED === 1, {
      quietMs: 60_000,
    })
    expect(consumed.control.canary).toMatchObject({ unproven: [{ outcome: 'CONSUMED', count: 1 }] })
    expect(consumed.control.canary?.expectedEnd?.isEarliest).toBe(false)
    expect(consumed.control.canary?.expectedEnd?.at).toBeGreaterThan(Date.now())
    expect(consumed.control.canary?.steps[0]?.state).toBe('waiting')
  })

  it('is there from 21 letters on unless its operator says otherwise', async () => {
    const { letters } = await makeLetters(21)
    const plan = await planOf(bench, letters)
    const { control } = await start(bench, plan, { canary: undefined })
    expect(control.canary).not.toBeNull()
    const few = await makeLetters(20)
    const small = await start(bench, await planOf(bench, few.letters), { canary: undefined })
    expect(small.control.canary).toBeNull()
  })

  it('of poison stops after one: the rest is not sent, and says which letter came back', async () => {
    const { origin, letters, group } = await makeLetters(30)
    const replay = await start(bench, await planOf(bench, letters), { canary: true, reason: 'is it fixed' })
    await drive(bench, replay.id, ({ outcomes }) => outcomes.SENT === 1)
    const copies = await recordsOf(bench, origin)
    await dieAgain(bench, copies, { letters, group })
    await consumeAll(bench, group, origin)
    const stopped = await drive(bench, replay.id, ({ state }) => state === 'cancelled')
    expect(await countCopies(bench, origin)).toBe(1)
    expect(stopped.outcomes).toMatchObject({ RETURNED: 1, SKIPPED: 29, PENDING: 0 })
    const { rows } = await bench.database.db.pool.query<{ id: string }>(
      'SELECT id FROM dead_letter WHERE replay_item_id IS NOT NULL AND topic = $1',
      [letters],
    )
    expect(stopped.control.stopped).toMatchObject({ by: 'canary', letterId: rows[0]?.id })
    expect(stopped.control.stopped?.because).toMatch(
      /^the copy of k\d+ died again in .*-dlt \(dead letter \d+\): com\.shop\.CardDeclinedException, the same error as before$/,
    )
    const skipped = (await itemsOf(bench, replay.id)).find(({ outcome }) => outcome === 'SKIPPED')
    expect(skipped?.proof).toBe(`not sent: ${stopped.control.stopped?.because}`)
    expect(stopped.control.canary?.steps[0]?.state).toBe('stopped')
    const entries = await auditOf(replay.id)
    expect(entries.find(({ action }) => action === 'stop replay')).toMatchObject({
      actor: 'worker',
      detail: expect.stringContaining('stopped by its canary, 29 letters not sent'),
    })
  })

  it('of a fix half-way stops in its second step, with the new error', async () => {
    const { origin, letters, group } = await makeLetters(30)
    const replay = await start(bench, await planOf(bench, letters), { canary: true })
    await drive(bench, replay.id, ({ outcomes }) => outcomes.SENT === 1)
    await consumeAll(bench, group, origin)
    await drive(bench, replay.id, ({ outcomes }) => outcomes.SETTLED === 1 && outcomes.SENT === 5)
    const copies = await recordsOf(bench, origin)
    await dieAgain(bench, copies.slice(-1), { letters, group, errorClass: 'com.shop.Timeout' })
    await consumeAll(bench, group, origin)
    const stopped = await drive(
      bench,
      replay.id,
      ({ state, outcomes }) => state === 'cancelled' && outcomes.SETTLED === 5,
    )
    expect(stopped.outcomes).toMatchObject({ SETTLED: 5, RETURNED: 1, SKIPPED: 24 })
    expect(stopped.control.stopped?.because).toMatch(/com\.shop\.Timeout, another error than before$/)
    expect(stopped.control.canary?.steps.map(({ state }) => state).slice(0, 2)).toEqual([
      'settled',
      'stopped',
    ])
    expect(await countCopies(bench, origin)).toBe(6)
  })

  it('stops though its worker is killed after the return was seen: the next one sends nothing more', async () => {
    const { origin, letters, group } = await makeLetters(30)
    const replay = await start(bench, await planOf(bench, letters), { canary: true })
    await drive(bench, replay.id, ({ outcomes }) => outcomes.SENT === 1)
    await dieAgain(bench, await recordsOf(bench, origin), { letters, group })
    // Seen and written as returned; killed before anything was made of it.
    await follow(bench, replay.id)
    expect(await summaryOf(bench, replay.id)).toMatchObject({ state: 'running', outcomes: { RETURNED: 1 } })
    await sendAll(bench, replay.id)
    expect(await summaryOf(bench, replay.id)).toMatchObject({ state: 'cancelled', outcomes: { SKIPPED: 29 } })
    expect(await countCopies(bench, origin)).toBe(1)
  })

  it('stops in the rest, too, and by what only the index has seen', async () => {
    const { origin, letters, group } = await makeLetters(45)
    const replay = await start(bench, await planOf(bench, letters), { canary: true, pacePerSecond: 10 })
    await drive(bench, replay.id, ({ sent }) => sent > 26, {
      quietMs: 1,
      onTurn: () => consumeAll(bench, group, origin),
    })
    await dieAgain(bench, (await recordsOf(bench, origin)).slice(0, 1), { letters, group })
    await bench.index()
    await stepOf(replay.id)
    const { state, outcomes, control } = await summaryOf(bench, replay.id)
    expect(state).toBe('cancelling')
    expect(control.stopped?.by).toBe('canary')
    expect(outcomes.PENDING).toBe(0)
    await sendAll(bench, replay.id)
    expect((await summaryOf(bench, replay.id)).outcomes.SKIPPED).toBe(45 - (await countCopies(bench, origin)))
  })

  it('is not stopped by the death of the copy in another group', async () => {
    const { origin, letters, group } = await makeLetters(30)
    const replay = await start(bench, await planOf(bench, letters), { canary: true })
    await drive(bench, replay.id, ({ outcomes }) => outcomes.SENT === 1)
    await dieAgain(bench, await recordsOf(bench, origin), { letters, group: `another-${bench.suffix}` })
    await consumeAll(bench, group, origin)
    const { state } = await drive(bench, replay.id, ({ outcomes }) => outcomes.SENT === 5)
    expect(state).toBe('running')
  })

  it('is held by a copy of which nothing is known, until somebody continues and says why', async () => {
    const { origin, letters } = await makeLetters(30)
    const replay = await start(bench, await planOf(bench, letters), { canary: true })
    const held = await drive(bench, replay.id, ({ outcomes }) => outcomes.UNKNOWN === 1, { giveUpMs: 300 })
    expect(held.control.canary).toMatchObject({ open: 0, unproven: [{ outcome: 'UNKNOWN', count: 1 }] })
    expect(held.control.canary?.steps[0]?.state).toBe('held')
    await stepOf(replay.id)
    expect(await countCopies(bench, origin)).toBe(1)
    const order = (step: number) =>
      continueReplay(
        bench.deps,
        bench.connection,
        bench.actor,
        { id: replay.id, step, reason: 'looked at by hand' },
        bench.call(),
      )
    expect(await order(1)).toMatchObject({ ok: false, error: { code: 'conflict' } })
    // Twice at the same moment, as a nervous hand does: one step opens.
    const answers = await Promise.all([order(0), order(0)])
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    const { control } = await drive(bench, replay.id, ({ sent }) => sent === 6)
    expect(control.canary?.open).toBe(1)
    expect(control.canary?.steps[0]).toMatchObject({
      state: 'continued',
      continued: { by: 'tester', reason: 'looked at by hand', unproven: [{ outcome: 'UNKNOWN', count: 1 }] },
    })
    const entry = (await auditOf(replay.id)).find(({ action }) => action === 'continue canary')
    expect(entry).toMatchObject({ actor: 'tester', reason: 'looked at by hand' })
    expect(entry?.detail).toContain('not proven: 1 UNKNOWN')
  })
})
