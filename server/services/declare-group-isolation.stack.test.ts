import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { replayPlan } from '#server/contracts/replays.ts'
import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import { type Bench, good, openBench } from './dead-letter-fixture.ts'
import { declareGroupIsolation } from './declare-group-isolation.ts'
import { lettersOf, makeLetters, planOf, recordsOf, sendAll, start } from './replay-fixture.ts'
import { showReplayPlan } from './show-replay-plan.ts'
import { startReplay } from './start-replay.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

const readBy = (topic: TopicName, group: string) =>
  bench.database.db.pool.query(
    `INSERT INTO lag_sample (at, connection_id, group_id, topic, lag, end_sum, committed_sum, members, state)
     VALUES (now(), 'local', $1, $2, 0, 0, 0, 1, 'stable')`,
    [group, topic],
  )
const declare = (isolation: 'committed' | 'uncommitted' | 'unknown') =>
  good(
    declareGroupIsolation(
      bench.deps,
      bench.connection,
      bench.actor,
      { group: 'payments' as GroupId, isolation },
      bench.call(),
    ),
  )
const shown = (id: string) => good(showReplayPlan(bench.deps, bench.connection, id, bench.call()))

it('a plan promises what is known of its readers, and follows what operators declare', async () => {
  const { origin, letters } = await makeLetters(bench, 'declared', 3)
  await readBy(origin, 'payments')
  const plan = await planOf(bench, letters)
  replayPlan.parse(plan)
  expect(plan.sending).toEqual({ mode: 'transactions', why: null })
  expect(plan.guarantee).toBe('Exactly once for read_committed readers; unknown for payments')
  // Nothing is made by looking.
  const ledger = await bench.connection.broker.topics.find(bench.connection.ledgerTopic, bench.call())
  expect(ledger).toMatchObject({ ok: false, error: { kind: 'not-found' } })
  expect(await declare('committed')).toMatchObject({ isolation: 'committed', declaredBy: 'tester' })
  const after = await shown(plan.planId)
  replayPlan.parse(after)
  expect(after.guarantee).toBe('Exactly once for read_committed readers (payments)')
  expect(after.readers[0]?.reads).toMatchObject({ isolation: 'committed', declaredBy: 'tester' })
  await declare('uncommitted')
  expect((await shown(plan.planId)).guarantee).toContain('not for payments, which may see copies')
  expect(await declare('unknown')).toEqual({ isolation: 'unknown', declaredBy: null, declaredAt: null })
  const { rows } = await bench.database.db.pool.query<{ detail: string; target: string }>(
    `SELECT target, detail FROM audit_entry WHERE action = 'declare how a group reads' ORDER BY id`,
  )
  expect(rows).toEqual(
    ['read_committed', 'read_uncommitted', 'not known'].map((detail) => ({ target: 'payments', detail })),
  )
})

it('a plan without transactions says why it is at least once', async () => {
  const { letters } = await makeLetters(bench, 'without', 1)
  const { transactions: _, ...broker } = bench.connection.broker
  const plan = await planOf(bench, letters, { connection: { ...bench.connection, broker } })
  expect(plan.sending).toEqual({ mode: 'at-least-once', why: 'this broker has no transactions' })
  expect(plan.guarantee).toMatch(/^At least once: .*\(this broker has no transactions\)$/)
})

describe('a ledger topic', () => {
  it('that would forget is not used, with the reason', async () => {
    const { letters } = await makeLetters(bench, 'forgetful', 1)
    const ledgerTopic = await bench.makeTopic(`forgetful-ledger-${bench.suffix}`, 1)
    const plan = await planOf(bench, letters, { connection: { ...bench.connection, ledgerTopic } })
    expect(plan.sending?.mode).toBe('at-least-once')
    expect(plan.sending?.why).toContain('has cleanup.policy delete: it would forget what was sent')
  })
})

describe('sending again on purpose', () => {
  it('is a new attempt, and needs a reason', async () => {
    const { origin, letters } = await makeLetters(bench, 'again', 2)
    const first = await start(bench, await planOf(bench, letters))
    await sendAll(bench, first.id)
    await bench.database.db.pool.query(
      `UPDATE replay_item SET outcome = 'UNKNOWN' WHERE replay_id = $1::uuid`,
      [first.id],
    )
    const plan = await planOf(bench, letters)
    expect(plan).toMatchObject({ ready: 2, resent: 2 })
    const request = { planId: plan.planId, pacePerSecond: 50, reason: ' ' }
    const refused = await startReplay(bench.deps, bench.connection, bench.actor, request, bench.call())
    expect(refused).toMatchObject({
      ok: false,
      error: {
        detail: 'reason: 2 of these letters were sent before. Sending again is a new attempt: say why.',
      },
    })
    await start(bench, plan, { reason: 'the database was restored' })
    await sendAll(bench, plan.planId)
    expect(await recordsOf(bench, origin)).toHaveLength(4)
    const { rows } = await bench.database.db.pool.query(
      'SELECT DISTINCT attempt FROM replay_item WHERE replay_id = $1::uuid',
      [plan.planId],
    )
    expect(rows).toEqual([{ attempt: 2 }])
  })

  it('of what another installation has sent is told in the plan, with who and when', async () => {
    const { letters } = await makeLetters(bench, 'told', 2)
    const first = await start(bench, await planOf(bench, letters))
    await sendAll(bench, first.id)
    const other = await openBench(inject('brokers'), inject('databaseUrl'))
    try {
      const connection = { ...other.connection, ledgerTopic: bench.connection.ledgerTopic }
      const letterIds = (await lettersOf(other, letters)).map(({ id }) => id)
      const plan = await planOf(other, letters, { letterIds, connection })
      expect(plan.resent).toBe(2)
      const found = plan.findings.find(({ code }) => code === 'in-ledger')
      expect(found).toMatchObject({ severity: 'warning', count: 2 })
      expect(found?.sentence).toMatch(/\(last by replay #\d+ of tester, .* UTC\)$/)
    } finally {
      await other.dispose()
    }
  })
})
