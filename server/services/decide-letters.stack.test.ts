import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { endpoints } from '#server/contracts/endpoints.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { listDispositions } from '#server/repositories/letter-dispositions.ts'
import { type Bench, good, openBench } from './dead-letter-fixture.ts'
import { decideLetters } from './decide-letters.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { itemsOf, lettersOf, makeLetters, planOf, recordsOf, sendAll, start } from './replay-fixture.ts'
import { showFailureGroup } from './show-failure-group.ts'
import { showMessageHistory } from './show-message-history.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

type Request = Parameters<typeof decideLetters>[3]
const decide = (request: Request) =>
  good(decideLetters(bench.deps, bench.connection, bench.actor, request, bench.call()))
const discard = (letterIds: string[], reason = 'test orders') =>
  decide({ selection: { letterIds }, decision: 'discard', reason })

it('discarded letters are refused by a plan with who and why, until they are restored', async () => {
  const { letters } = await makeLetters(bench, 'decided', 3)
  const [first, second, third] = await lettersOf(bench, letters)
  const ids = [first?.id ?? '', second?.id ?? '']
  expect(await discard(ids)).toEqual({ letterIds: ids, left: [] })
  const plan = await planOf(bench, letters)
  expect(plan).toMatchObject({ total: 3, ready: 1 })
  expect(plan.findings).toContainEqual(
    expect.objectContaining({
      severity: 'refused',
      code: 'discarded',
      count: 2,
      sentence: expect.stringContaining('by tester because: test orders'),
    }),
  )
  expect(await discard([...ids, third?.id ?? ''])).toEqual({
    letterIds: [third?.id],
    left: [{ why: 'so-already', count: 2, by: ['tester'] }],
  })
  const restored = await decide({ selection: { letterIds: ids }, decision: 'restore', reason: '' })
  expect(restored.letterIds).toEqual(ids)
  expect((await planOf(bench, letters, { letterIds: ids })).ready).toBe(2)
  const kept = await listDispositions(bench.deps.db, [...ids, third?.id ?? ''].map(BigInt))
  expect([...kept.values()]).toMatchObject([{ kind: 'discarded', actor: 'tester', reason: 'test orders' }])
  // Nothing was deleted at the broker.
  expect(await recordsOf(bench, letters)).toHaveLength(3)
})

it('what somebody else has decided since one looked stays, and is told with who', async () => {
  const { letters } = await makeLetters(bench, 'meanwhile', 3)
  const [one = '', two = '', three = ''] = (await lettersOf(bench, letters)).map(({ id }) => id)
  const anna = { ...bench.actor, name: 'anna' }
  const asAnna = (request: Request) =>
    good(decideLetters(bench.deps, bench.connection, anna, request, bench.call()))
  await asAnna({ selection: { letterIds: [one] }, decision: 'archive', reason: 'paid by hand' })
  const nothing = { discarded: [], archived: [] }
  const late = { selection: { letterIds: [one, two] }, seen: nothing, decision: 'discard' as const }
  expect(await decide({ ...late, reason: 'test orders' })).toEqual({
    letterIds: [two],
    left: [{ why: 'decided-meanwhile', count: 1, by: ['anna'] }],
  })
  await asAnna({ selection: { letterIds: [two] }, decision: 'restore', reason: '' })
  await asAnna({ selection: { letterIds: [two] }, decision: 'archive', reason: 'paid by hand' })
  const back = { selection: { letterIds: [two, three] }, seen: { ...nothing, discarded: [two] } }
  expect(await decide({ ...back, decision: 'restore', reason: '' })).toEqual({
    letterIds: [],
    left: expect.arrayContaining([
      { why: 'decided-meanwhile', count: 1, by: ['anna'] },
      { why: 'so-already', count: 1, by: [] },
    ]),
  })
  // Who has looked again decides.
  const seen = { ...nothing, archived: [two] }
  expect(
    (await decide({ selection: { letterIds: [two] }, seen, decision: 'restore', reason: '' })).letterIds,
  ).toEqual([two])
})

it('lists and counts tell what was decided, and the audit names each letter', async () => {
  const { letters } = await makeLetters(bench, 'told', 4)
  const [first, second, third] = await lettersOf(bench, letters)
  await discard([first?.id ?? ''])
  await decide({
    selection: { letterIds: [second?.id ?? ''] },
    decision: 'archive',
    reason: 'paid by hand',
  })
  const group = await good(
    showFailureGroup(bench.deps, bench.connection, first?.failureGroupId ?? '', bench.call()),
  )
  endpoints.showFailureGroup.output.parse(group)
  expect(group.standings).toEqual({ open: 2, settled: 0, discarded: 1, archived: 1 })
  expect(group.events).toMatchObject([
    { kind: 'letters', text: 'archived 1 letter: paid by hand' },
    { kind: 'letters', text: 'discarded 1 letter: test orders' },
  ])
  const list = (standing: 'open' | 'discarded' | 'archived') =>
    good(
      listDeadLetters(
        bench.deps,
        bench.connection,
        { topic: letters as TopicName, standing, limit: 10 },
        bench.call(),
      ),
    )
  const archived = await list('archived')
  endpoints.listDeadLetters.output.parse(archived)
  expect(archived).toMatchObject({
    total: 1,
    letters: [{ id: second?.id, disposition: { kind: 'archived', actor: 'tester', reason: 'paid by hand' } }],
  })
  expect((await list('open')).letters.map(({ id }) => id)).toContain(third?.id)
  expect(await list('open')).toMatchObject({ total: 2 })
  const history = await good(
    showMessageHistory(
      bench.deps,
      bench.connection,
      { topic: letters, position: second?.position ?? ('0@0' as never) },
      bench.call(),
    ),
  )
  expect(history.entries).toMatchObject([
    { action: 'archive dead letters', actor: 'tester', reason: 'paid by hand' },
  ])
})

it('all that fit a filter are decided on, but for those that came since one looked', async () => {
  const { letters, origin } = await makeLetters(bench, 'filtered', 3)
  const seen = await lettersOf(bench, letters)
  const { upToId } = await good(
    listDeadLetters(bench.deps, bench.connection, { topic: letters, limit: 1 }, bench.call()),
  )
  const [newest] = await recordsOf(bench, letters)
  await bench.send([
    {
      topic: letters,
      partition: 0,
      key: null,
      value: Buffer.from('x'),
      headers: newest?.headers ?? [],
      timestampMs: null,
    },
  ])
  await bench.index()
  const decided = await decide({
    selection: { topic: letters, ...(upToId === null ? {} : { upToId }) },
    decision: 'archive',
    reason: `moved from ${origin}`,
  })
  expect(decided.letterIds).toEqual(seen.map(({ id }) => id))
})

it('of all that fit, those that somebody else has decided on or restored since one looked stay, and are told with who', async () => {
  const { letters } = await makeLetters(bench, 'all-meanwhile', 4)
  const [one = '', two = '', three = '', four = ''] = (await lettersOf(bench, letters)).map(({ id }) => id)
  const anna = { ...bench.actor, name: 'anna' }
  const asAnna = (request: Request) =>
    good(decideLetters(bench.deps, bench.connection, anna, request, bench.call()))
  const look = () =>
    good(listDeadLetters(bench.deps, bench.connection, { topic: letters, limit: 1 }, bench.call()))
  const archiveAll = (seenAuditId: string) =>
    decide({ selection: { topic: letters }, seenAuditId, decision: 'archive', reason: 'old orders' })
  await discard([two], 'a duplicate')
  const { auditId } = await look()
  await asAnna({ selection: { letterIds: [one] }, decision: 'discard', reason: 'never paid' })
  await asAnna({ selection: { letterIds: [two] }, decision: 'restore', reason: '' })
  await asAnna({ selection: { letterIds: [three] }, decision: 'archive', reason: 'paid by hand' })
  expect(await archiveAll(auditId)).toEqual({
    letterIds: [four],
    left: [
      { why: 'decided-meanwhile', count: 2, by: ['anna'] },
      { why: 'so-already', count: 1, by: ['anna'] },
    ],
  })
  const kept = await listDispositions(bench.deps.db, [one, two].map(BigInt))
  expect([...kept.values()]).toMatchObject([{ kind: 'discarded', actor: 'anna', reason: 'never paid' }])
  // Who has looked again decides.
  expect((await archiveAll((await look()).auditId)).letterIds).toEqual([one, two])
})

it('what a replay works on is left, and what was decided after a plan is left out when it starts', async () => {
  const { letters, origin } = await makeLetters(bench, 'crossed', 2)
  const [first, second] = await lettersOf(bench, letters)
  const plan = await planOf(bench, letters)
  expect(plan.ready).toBe(2)
  await discard([first?.id ?? ''], 'a duplicate')
  const { id } = await start(bench, plan)
  expect(await discard([second?.id ?? ''])).toEqual({
    letterIds: [],
    left: [{ why: 'being-replayed', count: 1, by: [] }],
  })
  await sendAll(bench, id)
  expect(await recordsOf(bench, origin)).toHaveLength(1)
  expect((await itemsOf(bench, id)).map(({ outcome, proof }) => [outcome, proof])).toEqual([
    ['SKIPPED', 'not sent: discarded by tester because: a duplicate'],
    ['SENT', expect.any(String)],
  ])
})

it('a start and a decision at the same moment: one of them comes first', async () => {
  const { letters, origin } = await makeLetters(bench, 'raced', 4)
  const ids = (await lettersOf(bench, letters)).map(({ id }) => id)
  const plan = await planOf(bench, letters)
  const [{ id }, decided] = await Promise.all([start(bench, plan), discard(ids)])
  await sendAll(bench, id)
  const sent = (await recordsOf(bench, origin)).length
  expect([sent, decided.letterIds.length]).toEqual(sent === 0 ? [0, 4] : [4, 0])
})

it('nothing is decided without a reason, or about nothing', async () => {
  const { body } = endpoints.decideLetters
  const selection = { letterIds: ['1'] }
  expect(body.safeParse({ selection, decision: 'discard', reason: ' ' }).success).toBe(false)
  expect(body.safeParse({ selection, decision: 'restore' }).success).toBe(true)
  expect(body.safeParse({ selection: {}, decision: 'discard', reason: 'x' }).success).toBe(false)
  const unknown = { letterIds: ['999999999'] }
  expect(
    await decideLetters(
      bench.deps,
      bench.connection,
      bench.actor,
      { selection: unknown, decision: 'archive', reason: 'x' },
      bench.call(),
    ),
  ).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
})
