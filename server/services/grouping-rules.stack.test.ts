import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { GroupingRule } from '#server/contracts/failure-grouping.ts'
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
} from './dead-letter-fixture.ts'
import { previewGrouping } from './preview-grouping.ts'
import { runRegrouping } from './run-regrouping.ts'
import { setFailureGroupState } from './set-failure-group-state.ts'
import { setGroupingRules } from './set-grouping-rules.ts'
import { showFailureGroup } from './show-failure-group.ts'
import { showGrouping } from './show-grouping.ts'

const plain: GroupingRule = {
  topics: '*',
  byClass: true,
  byFrame: true,
  byOriginTopic: true,
  byGroup: true,
  byMessage: 'without-frame',
  masks: [],
  ignoredFrames: [],
}
let bench: Bench
let topic: string
let origin: string
let other: string
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  origin = `rules-${bench.suffix}`
  topic = await bench.makeTopic(`${origin}-dlt`, 1)
  other = await bench.makeTopic(`untouched-${bench.suffix}-dlt`, 1)
})
afterAll(() => bench.dispose())

const die = async (errorClass: string, messages: readonly string[], to = topic) => {
  await bench.send(
    messages.map((message) =>
      outgoing(to, { headers: springHeaders({ topic: origin, group: 'payments', errorClass, message }) }),
    ),
  )
  await bench.index()
}
const groups = async (): Promise<{ id: string; letters: number; state: string; assignee: string | null }[]> =>
  (
    await bench.database.db.pool.query(
      `SELECT id, letters::int, state, assignee FROM failure_group
       WHERE dead_letter_topics && $1 AND merged_into IS NULL AND letters > 0 ORDER BY letters DESC, id`,
      [[topic]],
    )
  ).rows
const rulesOf = (rule: Partial<GroupingRule>): GroupingRule[] => [
  { ...plain, topics: `rules-${bench.suffix}*`, ...rule },
]
const preview = (rules: readonly GroupingRule[]) =>
  good(previewGrouping(bench.deps, bench.connection, rules, bench.call()))
const set = (rules: readonly GroupingRule[]) =>
  setGroupingRules(bench.deps, bench.connection, bench.actor, rules, bench.call())
const show = (id: string) => good(showFailureGroup(bench.deps, bench.connection, id, bench.call()))
const regroup = async (steps = Number.POSITIVE_INFINITY) => {
  const name = 'regroup:local'
  const lease = await takeLease(bench.deps, name)
  for (let state = 'more', step = 0; state === 'more' && step < steps; step++)
    state = await runRegrouping(bench.deps, bench.connection, { name, fence: lease.fence }, bench.call())
  await lease.release()
}

it('splits groups by their message as the preview says, carries over what people said, and goes back', async () => {
  await die('com.shop.Split', ['timeout of bank 1', 'timeout of bank 2', 'timeout of bank 3', 'card expired'])
  await die('com.shop.Split', ['timeout of bank 9'], other)
  const [whole] = await groups()
  const id = whole?.id ?? ''
  const { deps, connection, actor, call } = bench
  await good(setFailureGroupState(deps, connection, actor, { id, state: 'investigating' }, call()))
  await good(assignFailureGroup(deps, connection, actor, { id, assignee: 'anna' }, call()))
  await good(addFailureGroupNote(deps, connection, actor, { id, text: 'bank told us' }, call()))
  const rules = rulesOf({ byMessage: 'always' })
  const told = await preview(rules)
  expect(told.split).toBeGreaterThan(0)
  expect(told.splitting.find(({ group }) => group.id === id)?.into.map(({ letters }) => letters)).toEqual([
    3, 1, 1,
  ])
  expect(told.after - told.now).toBe(2)

  expect((await good(set(rules))).running).toMatchObject({ kind: 'rules', looked: 0 })
  expect(await set([])).toMatchObject({ ok: false, error: { code: 'conflict' } })
  // Letters that come before a worker has moved the others are grouped by the new rules.
  await die('com.shop.Split', ['card expired'])
  await regroup()
  const after = await groups()
  expect(after.map(({ letters, state, assignee }) => [letters, state, assignee])).toEqual([
    [3, 'investigating', 'anna'],
    [2, 'investigating', 'anna'],
  ])
  for (const one of after)
    expect((await show(one.id)).events.map(({ text }) => text)).toContain('bank told us')
  // What the rules do not name keeps its group, which is the one that was there.
  expect(await show(id)).toMatchObject({ id, count: 1, deadLetterTopics: [other] })
  expect(await mistoldGroups(bench)).toEqual([])

  await good(set([]))
  await regroup()
  expect(await show(id)).toMatchObject({ id, count: 6, state: 'investigating', assignee: 'anna' })
  for (const one of after) expect(await show(one.id)).toMatchObject({ id })
  expect(await mistoldGroups(bench)).toEqual([])
  expect((await good(showGrouping(deps, connection, call()))).history).toHaveLength(2)
})

it('merges groups whose class does not count, with frames and masks of the operator', async () => {
  await die('com.shop.First', ['a'])
  await die('com.shop.Second', ['b', 'c'])
  const before = (await groups()).length
  const rules = rulesOf({ byClass: false, ignoredFrames: ['com.shop.PaymentClient.'], masks: ['bank *'] })
  const told = await preview(rules)
  expect(told.merged).toBeGreaterThanOrEqual(2)
  await good(set(rules))
  await regroup()
  const after = await groups()
  expect(after.length).toBeLessThan(before)
  expect((await show(after[0]?.id ?? '')).frame).toContain('com.shop.Listener.on')
  expect(await mistoldGroups(bench)).toEqual([])
  await good(set([]))
  await regroup()
  expect((await groups()).length).toBe(before)
})

it('tells anew by which error letters died that were indexed before that was kept, or told otherwise', async () => {
  await die('com.shop.Keyed', ['no funds', 'no funds', 'no funds'])
  const { pool } = bench.database.db
  const keys = async () =>
    (
      await pool.query<{ error_key: string | null }>(
        `SELECT error_key FROM dead_letter WHERE root_cause = 'com.shop.Keyed' ORDER BY "offset"`,
      )
    ).rows.map((row) => row.error_key)
  const before = await keys()
  expect(new Set(before).size).toBe(1)
  const offset = (
    await pool.query<{ offset: string }>(
      `SELECT max("offset") + 1 AS "offset" FROM dead_letter WHERE topic = $1 AND root_cause = 'com.shop.Keyed'`,
      [topic],
    )
  ).rows[0]?.offset
  await pool.query(
    `UPDATE dead_letter SET error_key = CASE "offset" % 2 WHEN 0 THEN 7 END WHERE root_cause = 'com.shop.Keyed'`,
  )
  const url = new URL(
    '../../prisma/migrations/20261122180100_regroup_for_error_keys/migration.sql',
    import.meta.url,
  )
  await pool.query(await readFile(url, 'utf8'))
  await regroup()
  expect(await keys()).toEqual(before)
  // Of records that are gone it is told by what the index and the group have kept.
  await pool.query(`UPDATE dead_letter SET error_key = NULL WHERE root_cause = 'com.shop.Keyed'`)
  await bench.deleteBefore(topic, BigInt(offset ?? 0))
  await pool.query(await readFile(url, 'utf8'))
  await regroup()
  expect(await keys()).toEqual(before)
  expect(await mistoldGroups(bench)).toEqual([])
})

it('foresees how many groups there will be where letters come to one of a topic that no rule touches', async () => {
  await good(set(rulesOf({ byMessage: 'always' })))
  await regroup()
  await die('com.shop.Landing', ['card expired'])
  await die('com.shop.Landing', ['card expired'], other)
  const standing = async () => (await preview(rulesOf({ byMessage: 'always' }))).now
  const told = await preview([])
  expect(told.now).toBe(await standing())
  expect(told.merging.map(({ groups: list }) => list.length)).toContain(2)
  await good(set([]))
  await regroup()
  expect(await standing()).toBe(told.after)
})

it('goes on where it was when its worker dies, and groups letters that Kafka has deleted by what is kept', async () => {
  const gone = `gone-${bench.suffix}-dlt`
  await bench.makeTopic(gone, 1)
  await die('com.shop.Gone', ['timeout of bank 1', 'timeout of bank 2', 'card expired'], gone)
  await bench.deleteBefore(gone, 2n)
  const rules = [{ ...plain, topics: 'gone-*', byMessage: 'always' as const }]
  expect((await preview(rules)).gone).toBe(2)
  await good(set(rules))
  await regroup(1)
  const state = async () => good(showGrouping(bench.deps, bench.connection, bench.call()))
  const half = (await state()).running
  expect(half?.looked).toBeGreaterThan(0)
  // A worker that lost its lease moves nothing any more.
  const stale = { name: 'regroup:local', fence: 0n }
  await expect(runRegrouping(bench.deps, bench.connection, stale, bench.call())).rejects.toThrow(
    'another worker',
  )
  await regroup()
  const { running, history } = await state()
  expect(running).toBeNull()
  expect(history[0]).toMatchObject({ gone: 2, problem: null })
  const { rows } = await bench.database.db.pool.query(
    `SELECT letters::int FROM failure_group WHERE dead_letter_topics = ARRAY[$1] AND letters > 0 ORDER BY 1`,
    [gone],
  )
  expect(rows).toEqual([{ letters: 1 }, { letters: 2 }])
  expect(await mistoldGroups(bench)).toEqual([])
})

it('does not wait for topics that were deleted: their letters are grouped by what is kept', async () => {
  const name = `deleted-${bench.suffix}-dlt`
  await bench.makeTopic(name, 1)
  await die('com.shop.Deleted', ['timeout of bank 1', 'card expired'], name)
  await bench.deleteTopic(name)
  await good(set([{ ...plain, topics: 'deleted-*', byMessage: 'always' as const }]))
  // The list of topics may still have it for some seconds.
  const isRunning = async () => {
    await regroup()
    return (await good(showGrouping(bench.deps, bench.connection, bench.call()))).running !== null
  }
  await expect.poll(isRunning, { timeout: 40_000, interval: 1_000 }).toBe(false)
  const { rows } = await bench.database.db.pool.query(
    `SELECT letters::int FROM failure_group WHERE dead_letter_topics = ARRAY[$1] AND letters > 0`,
    [name],
  )
  expect(rows).toEqual([{ letters: 1 }, { letters: 1 }])
})

it('looks through letters again that were grouped by the hosts in their messages, and keeps what people said', async () => {
  const hosts = await bench.makeTopic(`hosts-${bench.suffix}-dlt`, 1)
  const headers = (host: string) =>
    [
      ['dead-letter-topic', origin],
      ['dead-letter-partition', '0'],
      ['dead-letter-offset', '1'],
      ['dead-letter-exception-class-name', 'com.shop.Unreachable'],
      ['dead-letter-reason', `no answer from ${host}:8080`],
    ].map(([name = '', value = '']) => ({ name, value: Buffer.from(value) }))
  await bench.send(
    ['a.bank.internal', 'b.bank.internal'].map((host) => outgoing(hosts, { headers: headers(host) })),
  )
  await bench.index()
  const { pool } = bench.database.db
  const found = async () =>
    (
      await pool.query(
        `SELECT id, letters::int, message, state FROM failure_group
         WHERE $1 = ANY(dead_letter_topics) AND letters > 0`,
        [hosts],
      )
    ).rows
  const [whole] = await found()
  expect(whole).toMatchObject({ letters: 2, message: 'no answer from *' })

  // As they were grouped before: a group for each host, one of them being looked at.
  await pool.query(`UPDATE failure_group SET letters = 0 WHERE id = $1`, [whole.id])
  for (const [at, state] of ['investigating', 'new'].entries()) {
    await pool.query(
      `INSERT INTO failure_group (id, connection_id, error_class, dead_letter_topics, letters, state, first_seen_at, last_seen_at)
       VALUES ($1, 'local', 'com.shop.Unreachable', ARRAY[$2], 1, $3, now(), now())`,
      [`by-host-${at}`, hosts, state],
    )
    await pool.query(`UPDATE dead_letter SET failure_group_id = $1 WHERE topic = $2 AND "offset" = $3`, [
      `by-host-${at}`,
      hosts,
      at,
    ])
  }
  const url = new URL(
    '../../prisma/migrations/20261122160100_regroup_by_hosts/migration.sql',
    import.meta.url,
  )
  await pool.query(await readFile(url, 'utf8'))
  await regroup()
  const after = await found()
  expect(after.map(({ id, letters }) => [id, letters])).toEqual([[whole.id, 2]])
  expect((await show('by-host-0')).id).toBe(whole.id)
  expect(await mistoldGroups(bench)).toEqual([])
})
