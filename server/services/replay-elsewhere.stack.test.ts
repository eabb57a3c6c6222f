import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import type { PlanReplayRequest, ReplayPlan } from '#server/contracts/replays.ts'
import type { ConnectionId, TopicName } from '#server/contracts/scalars.ts'
import { decodeLedgerKey, decodeLedgerValue } from '#server/domain/replay-ledger.ts'
import { type RunningStack, startStack } from '#server/sandbox/stack/start-stack.ts'
import { type Bench, benchOn, good, openBench } from './dead-letter-fixture.ts'
import type { Connection, Deps } from './deps.ts'
import { planReplay } from './plan-replay.ts'
import { follow, headerText, itemsOf, lettersOf, recordsOf, sendAll, start } from './replay-fixture.ts'
import { showFailureGroup } from './show-failure-group.ts'
import { startReplay } from './start-replay.ts'
import { consumeAll, countCopies, dieAgain, drive, makeGroupLetters, summaryOf } from './steering-fixture.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'spillway-elsewhere-'))
let stack: RunningStack
/** Where the letters stand. */
let here: Bench
/** Another cluster. */
let there: Bench
let names = 0

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })

beforeAll(async () => {
  stack = await startStack({ dataDir, parts: ['kafka'] })
  const brokers = inject('brokers')
  here = await openBench(brokers, inject('databaseUrl'), [
    { id: 'other', brokers: stack.brokers },
    { id: 'twin', brokers },
  ])
  there = await benchOn(here.deps, 'other', here.database, here.suffix)
  // A broker that is new makes its topic of transactions when it is first asked for one.
  const { transactions } = there.connection.broker
  while (!(await transactions?.check('warm', there.call()))?.ok)
    await new Promise((done) => setTimeout(done, 100))
})
afterAll(async () => {
  await there?.dispose()
  await here?.dispose()
  await stack?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

/** Letters here, and a topic of the origin's name in the other cluster, with other partitions, that their group reads. */
const makeLetters = async (keys: readonly string[], partitions = 4) => {
  const made = await makeGroupLetters(here, `away-${names++}`, keys)
  await there.makeTopic(made.origin, partitions)
  // The broker may not lead its new partitions yet.
  await vi.waitFor(() => consumeAll(there, made.group, made.origin), { timeout: 20_000, interval: 200 })
  return made
}
const requestOf = async (
  letters: TopicName,
  change: Partial<PlanReplayRequest> = {},
): Promise<PlanReplayRequest> => ({
  selection: { letterIds: (await lettersOf(here, letters)).map(({ id }) => id) },
  targetTopic: null,
  targetConnection: 'other' as ConnectionId,
  ...change,
})
const planIn = (deps: Deps, request: PlanReplayRequest) =>
  planReplay(deps, here.connection, here.actor, request, here.call())
const planThere = async (letters: TopicName, change?: Partial<PlanReplayRequest>): Promise<ReplayPlan> =>
  good(planIn(here.deps, await requestOf(letters, change)))
const codesOf = ({ findings }: ReplayPlan) => findings.map(({ code }) => code)
const changed = (id: string, change: Partial<Connection>): Deps => ({
  ...here.deps,
  connections: here.deps.connections.map((one) => (one.id === id ? { ...one, ...change } : one)),
})
const ledgerThere = async () =>
  (await recordsOf(there, there.connection.ledgerTopic)).map(({ key, value }) => ({
    key: decodeLedgerKey(key),
    value: decodeLedgerValue(value),
  }))
const indexBoth = async () => {
  await here.index()
  await there.index()
}

describe('a plan for another connection', () => {
  it('checks the target there and says which it is', async () => {
    const { letters, origin, group } = await makeLetters(['a', 'b', 'c'])
    const plan = await planThere(letters)
    expect(plan).toMatchObject({
      ready: 3,
      targetConnection: { id: 'other', name: 'Other', isSameCluster: false },
      choice: { targetConnection: 'other' },
      targets: [{ topic: origin, partitions: 4, count: 3 }],
      readers: [{ group, topic: origin }],
      environment: { name: there.connection.environment.name, production: false },
      sending: { mode: 'transactions' },
      writeRefusedBecause: null,
    })
    const missing = await planThere(letters, { targetTopic: `nowhere-${here.suffix}` as TopicName })
    expect(missing.ready).toBe(0)
    expect(codesOf(missing)).toContain('target-missing')
    const small = await there.makeTopic(`small-${here.suffix}`, 1, { 'max.message.bytes': '100' })
    const refused = await planThere(letters, { targetTopic: small })
    expect(codesOf(refused)).toContain('too-large')
  })

  it('is refused where there is no such connection, and not started where that is read-only', async () => {
    const { letters } = await makeLetters(['a'])
    const request = await requestOf(letters)
    expect(await planIn(here.deps, { ...request, targetConnection: 'gone' as ConnectionId })).toMatchObject({
      ok: false,
      error: { code: 'invalid-request', detail: 'targetConnection: there is no connection gone.' },
    })
    const guarded = changed('other', { readOnly: true })
    const plan = await good(planIn(guarded, request))
    expect(plan.writeRefusedBecause).toBe('The connection Other is read-only.')
    const order = { planId: plan.planId, pacePerSecond: 50, reason: '' }
    expect(await startReplay(guarded, here.connection, here.actor, order, here.call())).toMatchObject({
      error: { code: 'read-only-connection', detail: 'Other is read-only.' },
    })
    // Letters may come from a connection that is read-only itself.
    const source = { ...here.connection, readOnly: true }
    const writable = await good(planReplay(here.deps, source, here.actor, request, here.call()))
    expect(writable.writeRefusedBecause).toBeNull()
  })
})

describe('a replay to another connection', () => {
  it('sends exactly once with the ledger there, and is settled by the group there', async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `k${index}`)
    const { letters, origin, group } = await makeLetters(keys)
    const plan = await planThere(letters)
    const { id } = await start(here, plan)
    // Twice: the second finds the first.
    expect((await start(here, plan)).id).toBe(id)
    await sendAll(here, id)
    expect(await countCopies(there, origin)).toBe(30)
    expect(await countCopies(here, origin)).toBe(0)
    expect(await here.admin.listTopics()).not.toContain(here.connection.ledgerTopic)
    const noted = (await ledgerThere()).filter(({ value }) => value?.job === id)
    const cluster = await good(here.connection.broker.describe(here.call()))
    expect(noted).toHaveLength(30)
    expect(noted[0]?.key).toMatchObject({ clusterId: cluster.clusterId, attempt: 1 })
    expect(await summaryOf(here, id)).toMatchObject({ targetConnection: { id: 'other' } })
    // A worker that was killed after the commit has written nothing down: its successor reads the ledger there.
    const { pool } = here.database.db
    await pool.query(
      `UPDATE replay_item SET outcome = 'PENDING', target_offset = NULL WHERE replay_id = $1`,
      [id],
    )
    await pool.query(`UPDATE replay SET state = 'running' WHERE id = $1`, [id])
    await pool.query('DELETE FROM ledger_entry')
    await pool.query('DELETE FROM ledger_position')
    await sendAll(here, id)
    expect(await countCopies(there, origin)).toBe(30)
    expect((await itemsOf(here, id)).map(({ outcome }) => outcome)).toEqual(keys.map(() => 'SENT'))
    await indexBoth()
    await consumeAll(there, group, origin)
    const done = await drive(here, id, ({ state }) => state === 'done', { onTurn: indexBoth })
    expect(done.outcomes.SETTLED).toBe(30)
    const [item] = await itemsOf(here, id)
    expect(item?.proof).toContain('not seen again in the dead-letter topics of Other')
    // What is settled there says nothing of the cluster where it died: the group stays, and the letters may go home.
    const [letter] = await lettersOf(here, letters)
    const shown = await good(
      showFailureGroup(here.deps, here.connection, letter?.failureGroupId ?? '', here.call()),
    )
    expect(shown.state).not.toBe('resolved')
    const home = await planThere(letters, { targetConnection: null })
    expect(home).toMatchObject({ ready: 30, resent: 30, targetConnection: null })
    const again = await planThere(letters)
    expect(again.ready).toBe(0)
    expect(codesOf(again)).toContain('already-settled')
    const { rows } = await pool.query<{ detail: string; facts: unknown }>(
      "SELECT detail, facts FROM audit_entry WHERE target = $1 AND action = 'start replay'",
      [id],
    )
    expect(rows[0]?.detail).toContain(`30 to ${origin} on other`)
    expect(JSON.stringify(rows[0]?.facts)).toContain('other (Other)')
  })

  it('knows by the ledger there what an installation without this database has sent', async () => {
    const { letters, origin } = await makeLetters(['a', 'b'])
    const { id } = await start(here, await planThere(letters))
    await sendAll(here, id)
    const { pool } = here.database.db
    for (const table of ['replay', 'ledger_entry', 'ledger_position'])
      await pool.query(`DELETE FROM ${table}`)
    const plan = await planThere(letters)
    expect(codesOf(plan)).toContain('in-ledger')
    expect(plan.resent).toBe(2)
    expect(codesOf(await planThere(letters, { targetConnection: null }))).not.toContain('in-ledger')
    const second = await start(here, plan, { reason: 'once more' })
    await sendAll(here, second.id)
    expect(await countCopies(there, origin)).toBe(4)
    expect(
      (await ledgerThere()).filter(({ value }) => value?.job === second.id).map(({ key }) => key?.attempt),
    ).toEqual([2, 2])
  })

  it('stops its canary at a copy that dies there, and shows it as a letter of that connection', async () => {
    const { letters, origin, group } = await makeLetters(['a', 'b', 'c'])
    const dead = await there.makeTopic(`${origin}-dlt`, 1)
    const { id } = await start(here, await planThere(letters), { canary: true })
    const stopped = await drive(here, id, ({ state }) => state === 'cancelled', {
      onTurn: async ({ sent }) => {
        const copies = await recordsOf(there, origin)
        if (sent > 0 && copies.length === 1 && (await countCopies(there, dead)) === 0)
          await dieAgain(there, copies, { letters: dead, group })
        await indexBoth()
      },
    })
    expect(stopped).toMatchObject({ outcomes: { RETURNED: 1, SKIPPED: 2 } })
    const [item] = (await itemsOf(here, id)).filter(({ outcome }) => outcome === 'RETURNED')
    expect(item?.returnedAs).toMatchObject({ connection: 'other' })
    expect(item?.proof).toContain('the same error as before')
    expect(await countCopies(there, origin)).toBe(1)
  })

  it('is UNKNOWN with the reason where the dead letters there are not indexed', async () => {
    const { letters, origin, group } = await makeLetters(['a'])
    await here.database.db.pool.query("DELETE FROM source_freshness WHERE connection_id = 'other'")
    const { id } = await start(here, await planThere(letters))
    await sendAll(here, id)
    await consumeAll(there, group, origin)
    await expect
      .poll(() => follow(here, id, { quietMs: 100, giveUpMs: 500 }), { timeout: 20_000 })
      .toBe(false)
    const [item] = await itemsOf(here, id)
    expect(item).toMatchObject({ outcome: 'UNKNOWN' })
    expect(item?.proof).toContain(
      'whether it died again is not known: the dead-letter topics of Other are not indexed',
    )
  })

  it('waits while its connection is not configured, and can be stopped then', async () => {
    const { letters, origin } = await makeLetters(['a'])
    const { id } = await start(here, await planThere(letters))
    const alone: Bench = {
      ...here,
      deps: { ...here.deps, connections: here.deps.connections.filter(({ id: one }) => one !== 'other') },
    }
    const waiting = await drive(alone, id, ({ failure }) => failure !== null)
    expect(waiting.failure).toBe(
      'Waiting: The connection other, to which its copies go, is not configured any more. It goes on when that is back',
    )
    await sendAll(here, id)
    expect(await countCopies(there, origin)).toBe(1)
  })

  it('is sent at least once where the cluster there has no transactions, and says so', async () => {
    const { letters, origin } = await makeLetters(['a', 'b'])
    const { transactions: _, ...broker } = there.connection.broker
    const plain: Bench = { ...here, deps: changed('other', { broker }) }
    const plan = await good(planIn(plain.deps, await requestOf(letters)))
    expect(plan).toMatchObject({ sending: { mode: 'at-least-once' } })
    const { id } = await start(plain, plan)
    await sendAll(plain, id)
    expect(await summaryOf(plain, id)).toMatchObject({ sending: { mode: 'at-least-once' } })
    expect(await countCopies(there, origin)).toBe(2)
  })

  it('has a key of the target for itself, whichever connection another one comes from', async () => {
    const { letters, origin } = await makeLetters(['a', 'b'])
    const first = await start(here, await planThere(letters, { targetTopic: origin }))
    const beside = await makeGroupLetters(there, `own-${names++}`, ['b', 'z'])
    const plan = await good(
      planReplay(
        here.deps,
        there.connection,
        here.actor,
        {
          selection: { letterIds: (await lettersOf(there, beside.letters)).map(({ id }) => id) },
          targetTopic: origin,
        },
        here.call(),
      ),
    )
    const second = await start(there, plan)
    const waiting = await drive(there, second.id, ({ failure }) => failure !== null)
    expect(waiting.failure).toContain(`Waiting behind replay #${first.number}`)
    await sendAll(here, first.id)
    await sendAll(there, second.id)
    const keys = (await recordsOf(there, origin)).map(({ key }) => Buffer.from(key ?? []).toString())
    expect(keys.toSorted()).toEqual(['a', 'b', 'b', 'z'])
  })
})

describe('a second connection to the same cluster', () => {
  it('is a target as any other there: what it has been sent is known by either', async () => {
    const { letters, origin, group } = await makeLetters(['a', 'b'])
    const plan = await planThere(letters, { targetConnection: 'twin' as ConnectionId })
    expect(plan.targetConnection).toEqual({ id: 'twin', name: 'Twin', isSameCluster: true })
    const { id } = await start(here, plan)
    await sendAll(here, id)
    const copies = await recordsOf(here, origin)
    // At home it keeps its own partition.
    expect(
      copies.map((copy) => `${headerText(copy, 'x-replay-source')?.split('@')[2]} ${copy.partition}`).sort(),
    ).toEqual(['0 0', '1 1'])
    await here.database.db.pool.query('DELETE FROM replay')
    expect(codesOf(await planThere(letters, { targetConnection: null }))).toContain('in-ledger')
    await consumeAll(here, group, origin)
  })
})
