import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { endpoints } from '#server/contracts/endpoints.ts'
import { listDecidedGroups } from '#server/repositories/weigh-group.ts'
import { commitOffsets } from '#server/sandbox/stack/commit-offsets.ts'
import { closeSettledGroups } from './close-settled-groups.ts'
import { type Bench, good, openBench, outgoing, springHeaders } from './dead-letter-fixture.ts'
import { decideLetters } from './decide-letters.ts'
import { listReplayItems } from './list-replay-items.ts'
import { listReplayReturns } from './list-replay-returns.ts'
import { copyAt, follow, itemsOf, lettersOf, planOf, sendAll, start } from './replay-fixture.ts'
import { setFailureGroupState } from './set-failure-group-state.ts'
import { showFailureGroup } from './show-failure-group.ts'

let bench: Bench
let topics = 0
const quiet = { quietMs: 300, giveUpMs: 600_000 }

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  // Dead letters of other tests on the same broker are read before the clock of the first test runs.
  await bench.index()
})
afterAll(() => bench.dispose())

/** So many letters of a group of their own. */
const makeLetters = async (count: number) => {
  const group = `closing-${bench.suffix}-${topics}`
  const origin = await bench.makeTopic(`close-${bench.suffix}-${topics++}`, 1)
  const letters = await bench.makeTopic(`${origin}-dlt`, 1)
  const letter = (offset: number, errorClass?: string) =>
    outgoing(letters, {
      value: `v${offset}`,
      headers: springHeaders({
        topic: origin,
        offset: BigInt(offset),
        group,
        ...(errorClass === undefined ? {} : { errorClass }),
      }),
    })
  await bench.send(Array.from({ length: count }, (_, index) => letter(10_000 + index)))
  const rows = await lettersOf(bench, letters)
  return { group, origin, letters, letter, rows, failureGroupId: rows[0]?.failureGroupId ?? '' }
}
const replayAll = async (letters: string, letterIds?: readonly string[]) => {
  const replay = await start(bench, await planOf(bench, letters, letterIds ? { letterIds } : {}), {
    reason: 'fixed',
  })
  await sendAll(bench, replay.id)
  return replay
}
/** Commits past all copies; each of their transactions ends with a marker, which has an offset, too. */
const commit = (groupId: string, topic: string) => commitOffsets(bench.brokers, groupId, topic, [1000])
const groupOf = (id: string) => good(showFailureGroup(bench.deps, bench.connection, id, bench.call()))
const untilOver = (replayId: string) =>
  expect.poll(() => follow(bench, replayId, quiet), { timeout: 30_000, interval: 400 }).toBe(false)
const decided = async () =>
  closeSettledGroups(bench.deps, bench.connection, await listDecidedGroups(bench.deps.db, 'local'))

describe('a failure group', () => {
  it('closes itself when each of its letters is settled, and its history says on what evidence', async () => {
    const { group, origin, letters, rows, failureGroupId } = await makeLetters(3)
    const first = await replayAll(
      letters,
      rows.slice(0, 1).map(({ id }) => id),
    )
    await commit(group, origin)
    await untilOver(first.id)
    expect((await groupOf(failureGroupId)).state).toBe('new')
    const second = await replayAll(
      letters,
      rows.slice(1).map(({ id }) => id),
    )
    await commit(group, origin)
    await untilOver(second.id)
    const closed = await groupOf(failureGroupId)
    expect(closed).toMatchObject({ state: 'resolved', stateBy: 'worker' })
    expect(closed.events[0]).toMatchObject({ kind: 'state', actor: 'worker' })
    expect(closed.events[0]?.text).toMatch(
      new RegExp(
        `^resolved: all 3 letters are done with \\(3 settled by replay #${first.number} and #${second.number}\\), none came since the last copy was sent at `,
      ),
    )
  })

  it('stays open while a letter is not settled, and closes when that was discarded', async () => {
    const { group, origin, letters, rows, failureGroupId } = await makeLetters(2)
    const replay = await replayAll(
      letters,
      rows.slice(0, 1).map(({ id }) => id),
    )
    await commit(group, origin)
    await untilOver(replay.id)
    expect((await groupOf(failureGroupId)).state).toBe('new')
    const selection = { letterIds: rows.slice(1).map(({ id }) => id) }
    await good(
      decideLetters(
        bench.deps,
        bench.connection,
        bench.actor,
        { selection, decision: 'discard', reason: 'a test order' },
        bench.call(),
      ),
    )
    expect(await decided()).toBe(1)
    expect((await groupOf(failureGroupId)).events[0]?.text).toContain('(1 settled by replay')
    expect((await groupOf(failureGroupId)).events[0]?.text).toContain('1 discarded)')
  })

  it('opens again when a letter is restored that it counted as done with, unless a person has closed it', async () => {
    const { rows, failureGroupId } = await makeLetters(2)
    const selection = { letterIds: rows.map(({ id }) => id) }
    const decide = (decision: 'archive' | 'restore', reason: string) =>
      good(
        decideLetters(
          bench.deps,
          bench.connection,
          bench.actor,
          { selection, decision, reason },
          bench.call(),
        ),
      )
    await decide('archive', 'paid by hand')
    expect(await decided()).toBe(1)
    await decide('restore', 'it was another order')
    const reopened = await groupOf(failureGroupId)
    expect(reopened).toMatchObject({
      state: 'new',
      regression: { was: 'resolved', by: 'worker', because: 'restored' },
    })
    expect(reopened.events.slice(0, 2)).toMatchObject([
      {
        kind: 'regression',
        actor: 'tester',
        text: expect.stringMatching(/^new again, was resolved by worker at .*restored$/),
      },
      { kind: 'letters', text: 'restored 2 letters: it was another order' },
    ])
    await decide('archive', 'paid by hand')
    await good(
      setFailureGroupState(
        bench.deps,
        bench.connection,
        bench.actor,
        { id: failureGroupId, state: 'resolved' },
        bench.call(),
      ),
    )
    await decide('restore', 'it was another order')
    expect((await groupOf(failureGroupId)).state).toBe('resolved')
  })

  it('stays open when a letter came since the last copy was sent, also when that one was discarded', async () => {
    const { group, origin, letters, letter, rows, failureGroupId } = await makeLetters(1)
    const replay = await replayAll(letters)
    await bench.send([letter(20_000)])
    const later = (await lettersOf(bench, letters)).filter(({ id }) => rows.every((one) => one.id !== id))
    const selection = { letterIds: later.map(({ id }) => id) }
    const request = { selection, decision: 'discard', reason: 'a test order' } as const
    await good(decideLetters(bench.deps, bench.connection, bench.actor, request, bench.call()))
    await commit(group, origin)
    await untilOver(replay.id)
    expect((await itemsOf(bench, replay.id))[0]?.outcome).toBe('SETTLED')
    expect(await decided()).toBe(0)
    expect((await groupOf(failureGroupId)).state).toBe('new')
  })

  it('stays open when its copy came back, though another group’s letter of the same copy was put away', async () => {
    const { group, origin, letters, failureGroupId } = await makeLetters(1)
    const theirs = await bench.makeTopic(`${origin}-theirs-dlt`, 1)
    const replay = await replayAll(letters)
    const copy = await copyAt(bench, origin, 0, 0n)
    const die = async (topic: string, by: string) => {
      const death = springHeaders({ topic: origin, offset: 0n, group: by, errorClass: 'com.shop.Timeout' })
      await bench.send([outgoing(topic, { headers: [...copy.headers, ...death] })])
      return lettersOf(bench, topic)
    }
    await die(letters, group)
    const foreign = await die(theirs, `theirs-${group}`)
    await untilOver(replay.id)
    const selection = { letterIds: foreign.map(({ id }) => id) }
    const request = { selection, decision: 'discard', reason: 'theirs' } as const
    await good(decideLetters(bench.deps, bench.connection, bench.actor, request, bench.call()))
    await closeSettledGroups(bench.deps, bench.connection, [failureGroupId])
    expect((await groupOf(failureGroupId)).state).toBe('new')
  })

  it('closes when the copy that came back was settled by the next replay, and opens again with the next death', async () => {
    const { group, origin, letters, letter, failureGroupId } = await makeLetters(1)
    const first = await replayAll(letters)
    const copy = await copyAt(bench, origin, 0, 0n)
    const headers = [...copy.headers, ...springHeaders({ topic: origin, offset: 0n, group })]
    await bench.send([outgoing(letters, { value: 'v', headers })])
    await untilOver(first.id)
    expect((await itemsOf(bench, first.id))[0]?.outcome).toBe('RETURNED')
    const again = await replayAll(letters)
    await commit(group, origin)
    await untilOver(again.id)
    expect((await groupOf(failureGroupId)).state).toBe('resolved')
    await bench.send([letter(30_000)])
    await bench.index()
    expect(await groupOf(failureGroupId)).toMatchObject({ state: 'new', regression: { was: 'resolved' } })
  })
})

describe('copies that died again', () => {
  it('are listed by their error with letters and items', async () => {
    const { group, origin, letters, failureGroupId } = await makeLetters(3)
    const replay = await replayAll(letters)
    const die = async (offset: bigint, errorClass?: string) => {
      const copy = await copyAt(bench, origin, 0, offset)
      const death = springHeaders({ topic: origin, offset, group, ...(errorClass ? { errorClass } : {}) })
      await bench.send([outgoing(letters, { headers: [...copy.headers, ...death] })])
    }
    await die(0n)
    await die(1n)
    await die(2n, 'com.shop.Timeout')
    await untilOver(replay.id)
    const list = await good(listReplayReturns(bench.deps, bench.connection, replay.id, bench.call()))
    endpoints.listReplayReturns.output.parse(list)
    expect(list.returns).toMatchObject([
      { failureGroupId, sameError: true, count: 2, errorClass: 'com.shop.CardDeclinedException' },
      { sameError: false, count: 1, errorClass: 'com.shop.Timeout' },
    ])
    const other = list.returns[1]
    const query = { replayId: replay.id, returnedAs: other?.failureGroupId, limit: 10 }
    const { items } = await good(listReplayItems(bench.deps, bench.connection, query, bench.call()))
    expect(items).toMatchObject([
      {
        outcome: 'RETURNED',
        returnedAs: { letterId: other?.letterId, failureGroupId: other?.failureGroupId },
      },
    ])
  })
})
