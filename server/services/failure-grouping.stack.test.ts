import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest'
import { addFailureGroupNote } from './add-failure-group-note.ts'
import { assignFailureGroup } from './assign-failure-group.ts'
import {
  type Bench,
  good,
  mistoldGroups,
  openBench,
  outgoing,
  springHeaders,
  takeLease,
  text,
} from './dead-letter-fixture.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { mergeFailureGroups } from './merge-failure-groups.ts'
import { runRegrouping } from './run-regrouping.ts'
import { setFailureGroupState } from './set-failure-group-state.ts'
import { showFailureGroup } from './show-failure-group.ts'
import { previewSplit, splitFailureGroup } from './split-failure-group.ts'
import { undoGroupChange } from './undo-group-change.ts'

let bench: Bench
let topic: string
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  topic = await bench.makeTopic(`grouping-${bench.suffix}-dlt`, 3)
})
afterEach(async () => expect(await mistoldGroups(bench)).toEqual([]))
afterAll(() => bench.dispose())

const send = (errorClass: string, count: number, more: { message?: string; tenant?: string } = {}) =>
  bench.send(
    Array.from({ length: count }, (_, at) =>
      outgoing(topic, {
        partition: at % 3,
        key: `${errorClass}-${at}`,
        headers: [
          ...springHeaders({
            topic: `grouping-${bench.suffix}`,
            group: 'payments',
            errorClass,
            ...(more.message === undefined ? {} : { message: more.message }),
          }),
          ...(more.tenant === undefined ? [] : [text('tenant', more.tenant)]),
        ],
      }),
    ),
  )
const idOf = async (errorClass: string): Promise<string> => {
  const { rows } = await bench.database.db.pool.query(
    `SELECT id FROM failure_group WHERE root_cause = $1 ORDER BY first_seen_at LIMIT 1`,
    [errorClass],
  )
  return rows[0].id
}
const die = async (errorClass: string, count = 1, more: Parameters<typeof send>[2] = {}) => {
  await send(errorClass, count, more)
  await bench.index()
  return idOf(errorClass)
}
const show = (id: string) => good(showFailureGroup(bench.deps, bench.connection, id, bench.call()))
const merge = (groups: readonly string[], into: string) =>
  mergeFailureGroups(bench.deps, bench.connection, bench.actor, { groups, into }, bench.call())
const undo = (id: string) =>
  undoGroupChange(bench.deps, bench.connection, bench.actor, BigInt(id), bench.call())
const regroup = async () => {
  const name = 'regroup:local'
  const lease = await takeLease(bench.deps, name)
  for (let state = 'more'; state === 'more'; )
    state = await runRegrouping(bench.deps, bench.connection, { name, fence: lease.fence }, bench.call())
  await lease.release()
}
it('merges groups into one that takes in letters yet to come, and takes that back with them', async () => {
  const one = await die('com.shop.OldName', 3)
  const two = await die('com.shop.NewName', 2)
  await good(
    addFailureGroupNote(
      bench.deps,
      bench.connection,
      bench.actor,
      { id: one, text: 'seen before' },
      bench.call(),
    ),
  )
  await good(
    assignFailureGroup(
      bench.deps,
      bench.connection,
      bench.actor,
      { id: one, assignee: 'anna' },
      bench.call(),
    ),
  )
  await good(
    setFailureGroupState(
      bench.deps,
      bench.connection,
      bench.actor,
      { id: two, state: 'resolved' },
      bench.call(),
    ),
  )
  const merged = await good(merge([one], two))
  expect(merged).toMatchObject({ id: two, count: 5, state: 'new', assignee: 'anna' })
  expect(merged.events.map(({ text: words }) => words)).toContain('seen before')
  expect(await show(one)).toMatchObject({ id: two })
  await die('com.shop.OldName', 4)
  expect(await show(two)).toMatchObject({ count: 9 })
  const query = { failureGroup: one, limit: 100 }
  expect(await good(listDeadLetters(bench.deps, bench.connection, query, bench.call()))).toMatchObject({
    total: 9,
  })
  const [change] = merged.changes
  const back = await good(undo(change?.id ?? ''))
  expect(back).toMatchObject({ id: one, count: 7 })
  expect(await show(two)).toMatchObject({ id: two, count: 2, changes: [] })
  await die('com.shop.OldName', 1)
  expect(await show(one)).toMatchObject({ count: 8 })
  expect(await mistoldGroups(bench)).toEqual([])
  const { rows } = await bench.database.db.pool.query('SELECT action, detail FROM audit_entry ORDER BY id')
  expect(rows.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['merge failure groups', 'undo merge of failure groups']),
  )
})

const settle = (id: string, state: 'resolved' | 'known' | 'investigating') =>
  good(setFailureGroupState(bench.deps, bench.connection, bench.actor, { id, state }, bench.call()))
const assign = (id: string, assignee: string) =>
  good(assignFailureGroup(bench.deps, bench.connection, bench.actor, { id, assignee }, bench.call()))

it('gives both groups of an undone merge the state and the assignee that they had before', async () => {
  const [one, two] = [await die('com.shop.GivenBack', 2), await die('com.shop.Taken')]
  await settle(one, 'investigating')
  await assign(one, 'anna')
  await settle(two, 'resolved')
  const merged = await good(merge([one], two))
  expect(merged).toMatchObject({ state: 'investigating', assignee: 'anna' })
  expect(await good(undo(merged.changes[0]?.id ?? ''))).toMatchObject({
    id: one,
    state: 'investigating',
    assignee: 'anna',
  })
  const target = await show(two)
  expect(target).toMatchObject({ state: 'resolved', stateBy: 'tester', assignee: null })
  expect(target.events[0]?.text).toBe('stands by itself again: resolved, assigned to nobody')
})

it('keeps what was said of merged groups since, and opens a closed one whose letters came meanwhile', async () => {
  const [one, two, three] = [
    await die('com.shop.SaidSince'),
    await die('com.shop.SaidOf'),
    await die('com.shop.DiedSince'),
  ]
  await settle(two, 'resolved')
  const merged = await good(merge([one], two))
  await settle(two, 'known')
  await assign(two, 'ben')
  await good(undo(merged.changes[0]?.id ?? ''))
  expect(await show(two)).toMatchObject({ state: 'known', assignee: 'ben' })
  expect(await show(one)).toMatchObject({ state: 'new', assignee: null })
  await settle(three, 'resolved')
  const again = await good(merge([one], three))
  await die('com.shop.DiedSince')
  await good(undo(again.changes[0]?.id ?? ''))
  expect(await show(three)).toMatchObject({ count: 2, state: 'new', regression: { was: 'resolved' } })
})

it('gives the target of two merges what it had before the first when both are undone in any order', async () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const name = `com.shop.Two${order.join('')}`
    const [one, two, target] = [await die(`${name}a`), await die(`${name}b`), await die(`${name}c`)]
    await settle(target, 'resolved')
    await good(merge([one], target))
    const { changes } = await good(merge([two], target))
    const byAge = changes.map(({ id }) => id).toSorted((a, b) => Number(a) - Number(b))
    await good(undo(byAge[order[0] ?? 0] ?? ''))
    expect(await show(target)).toMatchObject({ count: 2, state: 'new' })
    await good(undo(byAge[order[1] ?? 0] ?? ''))
    expect(await show(target)).toMatchObject({ count: 1, state: 'resolved' })
  }
})

it('refuses to undo a merge whose group was merged on, and undoes them in their order', async () => {
  const [a, b, c] = [await die('com.shop.A'), await die('com.shop.B'), await die('com.shop.C')]
  const first = (await good(merge([a], b))).changes[0]?.id ?? ''
  const second = (await good(merge([b], c))).changes[0]?.id ?? ''
  expect(await show(a)).toMatchObject({ id: c, count: 3 })
  expect(await undo(first)).toMatchObject({ ok: false, error: { code: 'conflict' } })
  await good(undo(second))
  expect(await show(b)).toMatchObject({ id: b, count: 2 })
  await good(undo(first))
  expect(await show(a)).toMatchObject({ id: a, count: 1 })
  expect(await mistoldGroups(bench)).toEqual([])
})

it('splits letters off by their message, with those that come later, and takes that back', async () => {
  const whole = await die('com.shop.Mixed', 4, { message: 'timeout of bank 7' })
  await die('com.shop.Mixed', 2, { message: 'card expired' })
  const condition = { message: 'timeout of *7' }
  expect(
    await good(previewSplit(bench.deps, bench.connection, { id: whole, condition }, bench.call())),
  ).toMatchObject({ matching: 4, lookedAt: 6, isAll: true })
  const input = { id: whole, condition }
  const part = await good(splitFailureGroup(bench.deps, bench.connection, bench.actor, input, bench.call()))
  expect(part).toMatchObject({ count: 4, message: 'with “timeout of *7” in their message' })
  expect(await show(whole)).toMatchObject({ count: 2 })
  await die('com.shop.Mixed', 3, { message: 'timeout of bank 7' })
  await die('com.shop.Mixed', 1, { message: 'card expired' })
  expect(await show(part.id)).toMatchObject({ count: 7 })
  expect(await show(whole)).toMatchObject({ count: 3 })
  await good(undo(part.changes[0]?.id ?? ''))
  expect(await show(part.id)).toMatchObject({ id: whole, count: 10 })
  expect(await mistoldGroups(bench)).toEqual([])
})

it('splits letters off by a header, which a worker reads from their records', async () => {
  const whole = await die('com.shop.Tenants', 3, { tenant: 'acme' })
  await die('com.shop.Tenants', 2, { tenant: 'other' })
  const input = { id: whole, condition: { header: { name: 'tenant', value: 'acme' } } }
  const part = await good(splitFailureGroup(bench.deps, bench.connection, bench.actor, input, bench.call()))
  expect(part).toMatchObject({ count: 0, moving: { looked: 0, total: 5 } })
  expect(await merge([whole], part.id)).toMatchObject({ ok: false, error: { code: 'conflict' } })
  await regroup()
  expect(await show(part.id)).toMatchObject({ count: 3, moving: null })
  await die('com.shop.Tenants', 2, { tenant: 'acme' })
  expect(await show(part.id)).toMatchObject({ count: 5 })
  expect(await show(whole)).toMatchObject({ count: 2 })
  await good(undo(part.changes[0]?.id ?? ''))
  await regroup()
  expect(await show(whole)).toMatchObject({ count: 7 })
  expect(await mistoldGroups(bench)).toEqual([])
})

it('merges and undoes beside the index that writes letters of these groups at that moment', async () => {
  const one = await die('com.shop.BusyOne')
  const two = await die('com.shop.BusyTwo')
  let isOver = false
  let sent = 2
  const writing = (async () => {
    while (!isOver) {
      await send('com.shop.BusyOne', 60)
      await send('com.shop.BusyTwo', 60)
      sent += 120
      await bench.index()
    }
  })()
  for (let round = 0; round < 8; round++) {
    const merged = await good(merge([one], two))
    expect(await mistoldGroups(bench)).toEqual([])
    await good(undo(merged.changes[0]?.id ?? ''))
    expect(await mistoldGroups(bench)).toEqual([])
  }
  const last = await good(merge([one], two))
  isOver = true
  await writing
  await bench.index()
  expect(await show(one)).toMatchObject({ id: two, count: sent })
  await good(undo(last.changes[0]?.id ?? ''))
  expect((await show(one)).count).toBe(sent / 2)
  expect((await show(two)).count).toBe(sent / 2)
  expect(await mistoldGroups(bench)).toEqual([])
}, 120_000)
