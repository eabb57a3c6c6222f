import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { endpoints } from '#server/contracts/endpoints.ts'
import { addFailureGroupNote } from './add-failure-group-note.ts'
import { assignFailureGroup } from './assign-failure-group.ts'
import { type Bench, good, openBench, outgoing, springHeaders } from './dead-letter-fixture.ts'
import { listFailureGroups } from './list-failure-groups.ts'
import { setFailureGroupState } from './set-failure-group-state.ts'
import { showFailureGroup } from './show-failure-group.ts'

let bench: Bench
let topic: string
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  topic = await bench.makeTopic(`cases-${bench.suffix}-dlt`, 1)
})
afterAll(() => bench.dispose())

const die = async (errorClass: string, count = 1): Promise<string> => {
  const headers = springHeaders({ topic: `cases-${bench.suffix}`, group: 'payments', errorClass })
  await bench.send(Array.from({ length: count }, () => outgoing(topic, { headers })))
  await bench.index()
  const { rows } = await bench.database.db.pool.query(
    'SELECT id FROM failure_group WHERE root_cause = $1 AND origin_topic = $2',
    [errorClass, `cases-${bench.suffix}`],
  )
  return rows[0].id
}
const show = (id: string) => good(showFailureGroup(bench.deps, bench.connection, id, bench.call()))
type StateRequest = Parameters<typeof setFailureGroupState>[3]
const setState = (input: StateRequest) =>
  setFailureGroupState(bench.deps, bench.connection, bench.actor, input, bench.call())
const auditOf = async (id: string) =>
  (
    await bench.database.db.pool.query(
      'SELECT actor, action, detail FROM audit_entry WHERE target = $1 ORDER BY id',
      [id],
    )
  ).rows

it.each(['resolved', 'archived'] as const)(
  'a group that was %s comes back and says what it was',
  async (state) => {
    const id = await die(`com.shop.Back${state}`, 3)
    await good(setState({ id, state }))
    expect(await show(id)).toMatchObject({ state, stateBy: 'tester', regression: null })
    await die(`com.shop.Back${state}`)
    const back = await show(id)
    expect(back).toMatchObject({
      state: 'new',
      stateBy: null,
      count: 4,
      regression: { was: state, by: 'tester', because: 'died' },
    })
    expect(back.events.map(({ kind }) => kind)).toEqual(['regression', 'state'])
    expect(await auditOf(id)).toMatchObject([
      { actor: 'tester', action: 'set failure group state', detail: state },
      {
        actor: 'dead-letter index',
        action: 'reopen failure group',
        detail: expect.stringContaining(`was ${state} by tester`),
      },
    ])
  },
)

it('a muted group comes back when it has grown past its number, not before', async () => {
  const id = await die('com.shop.Loud', 2)
  expect(await setState({ id, state: 'muted' })).toMatchObject({
    ok: false,
    error: { code: 'invalid-request' },
  })
  await good(setState({ id, state: 'muted', mute: { pastLetters: 4, untilMs: null } }))
  await die('com.shop.Loud', 2)
  expect(await show(id)).toMatchObject({ state: 'muted', count: 4, mute: { pastLetters: 4, untilMs: null } })
  await die('com.shop.Loud')
  expect(await show(id)).toMatchObject({
    state: 'new',
    mute: null,
    regression: { was: 'muted', because: 'grew' },
  })
})

it('a muted group comes back with a letter after its time', async () => {
  const id = await die('com.shop.Weekly')
  const untilMs = Date.now() + 1_500
  await good(setState({ id, state: 'muted', mute: { pastLetters: null, untilMs } }))
  await die('com.shop.Weekly')
  expect((await show(id)).state).toBe('muted')
  await new Promise((resolve) => setTimeout(resolve, untilMs + 50 - Date.now()))
  expect((await show(id)).state).toBe('muted')
  await die('com.shop.Weekly')
  expect(await show(id)).toMatchObject({ state: 'new', regression: { because: 'recurred' } })
})

it('tells who works on a group and what was noted, and the audit knows', async () => {
  const id = await die('com.shop.Owned')
  const { deps, connection, actor } = bench
  await good(assignFailureGroup(deps, connection, actor, { id, assignee: 'anna' }, bench.call()))
  await good(assignFailureGroup(deps, connection, actor, { id, assignee: 'anna' }, bench.call()))
  await good(
    addFailureGroupNote(deps, connection, actor, { id, text: 'asked the card provider' }, bench.call()),
  )
  const after = await good(assignFailureGroup(deps, connection, actor, { id, assignee: null }, bench.call()))
  expect(after.assignee).toBeNull()
  expect(after.events.map(({ kind, text }) => [kind, text])).toEqual([
    ['assignee', 'no longer assigned to anna'],
    ['note', 'asked the card provider'],
    ['assignee', 'assigned to anna'],
  ])
  expect(await auditOf(id)).toMatchObject([
    { action: 'assign failure group', detail: 'assigned to anna' },
    { action: 'write note to failure group', detail: 'asked the card provider' },
    { action: 'assign failure group', detail: 'no longer assigned to anna' },
  ])
})

it('a fix that went out becomes a mark, together with the state', async () => {
  const id = await die('com.shop.Mended')
  const fix = { text: 'payments 1.0.2', service: 'payments', atMs: Date.now() - 60_000 }
  expect(await setState({ id, state: 'known', fix })).toMatchObject({ ok: false })
  expect((await good(setState({ id, state: 'fix-out', fix }))).state).toBe('fix-out')
  const { rows } = await bench.database.db.pool.query(`SELECT kind, service FROM mark WHERE text = $1`, [
    fix.text,
  ])
  expect(rows).toEqual([{ kind: 'deploy', service: 'payments' }])
})

it('an open group is replaying for as long as a replay of it is under way', async () => {
  const id = await die('com.shop.Replayed')
  const replay = await bench.database.db.prisma.replay.create({
    data: {
      id: crypto.randomUUID(),
      connectionId: 'local',
      state: 'running',
      title: 'Replay',
      failureGroupId: id,
      startedAt: new Date(),
      plan: {},
    },
  })
  expect((await show(id)).state).toBe('replaying')
  const query = endpoints.listFailureGroups.query.parse({})
  const { data } = await good(listFailureGroups(bench.deps, bench.connection, query, bench.call()))
  expect(data.counts.replaying).toBe(1)
  expect(data.groups.find((one) => one.id === id)?.state).toBe('replaying')
  await bench.database.db.prisma.replay.update({ where: { id: replay.id }, data: { state: 'done' } })
  expect((await show(id)).state).toBe('new')
})

it('says when the origin records go, which may be before their letters', async () => {
  const hourMs = 3_600_000
  const origin = await bench.makeTopic(`cases-origin-${bench.suffix}`, 1, { 'retention.ms': String(hourMs) })
  const kept = await bench.makeTopic(`cases-origin-${bench.suffix}-dlt`, 1, {
    'retention.ms': String(9 * hourMs),
  })
  const diedAtMs = Date.now() - 600_000
  const headers = springHeaders({
    topic: origin,
    group: 'payments',
    errorClass: 'com.shop.Expiring',
    writtenMs: BigInt(diedAtMs - 600_000),
  })
  await bench.send([outgoing(kept, { headers, timestampMs: BigInt(diedAtMs) })])
  await bench.index()
  const { rows } = await bench.database.db.pool.query(
    'SELECT id FROM failure_group WHERE origin_topic = $1',
    [origin],
  )
  expect(await show(rows[0].id)).toMatchObject({
    firstExpiresAt: diedAtMs + 9 * hourMs,
    originExpiresAt: diedAtMs - 600_000 + hourMs,
  })
})
