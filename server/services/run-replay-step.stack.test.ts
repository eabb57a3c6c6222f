import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { replaySummary } from '#server/contracts/replays.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { sealBody } from '#server/domain/record-body.ts'
import { makeStripTest } from '#server/domain/replay-copy.ts'
import { fail } from '#server/domain/result.ts'
import { LeaseLostError } from '#server/repositories/leases.ts'
import { readReplay } from '#server/repositories/replays.ts'
import { cancelReplay } from './cancel-replay.ts'
import {
  type Bench,
  good,
  openBench,
  outgoing,
  springHeaders,
  takeLease,
  text,
} from './dead-letter-fixture.ts'
import { listReplays } from './list-replays.ts'
import {
  dyingAfter,
  follow,
  headerText,
  itemsOf,
  lettersOf,
  makeLetters as makePair,
  planOf,
  recordsOf,
  sendAll,
  start,
  withPublisher,
} from './replay-fixture.ts'
import { runReplayStep } from './run-replay-step.ts'
import { showReplay } from './show-replay.ts'
import { startReplay } from './start-replay.ts'

let bench: Bench
let topics = 0

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

const makeLetters = (count: number, partitions = 3) => makePair(bench, `run-${topics++}`, count, partitions)
const itemIds = async (topic: TopicName) =>
  (await recordsOf(bench, topic)).map((record) => headerText(record, 'x-replay-item')).sort()

it('tells at which rate it sends, in copies and in bytes', async () => {
  const { origin, letters } = await makeLetters(2)
  const { id } = await start(bench, await planOf(bench, letters), { pacePerSecond: 1 })
  const lease = await takeLease(bench.deps, `replay:${id}`)
  // The first steps decide how to send and take the dead-letter partition over.
  await vi.waitFor(async () => {
    const replay = await readReplay(bench.deps.db, id)
    if (replay) await runReplayStep(bench.deps, bench.connection, replay, lease, bench.call())
    expect(await recordsOf(bench, origin)).toHaveLength(1)
  }, 10_000)
  const [copy] = await recordsOf(bench, origin)
  const bytes = sealBody(copy ?? { key: null, value: null, headers: [] }).length
  expect(bytes).toBeGreaterThan(100)
  expect(await good(showReplay(bench.deps, bench.connection, id, bench.call()))).toMatchObject({
    ratePerSecond: 1 / 5,
    rateBytesPerSecond: bytes / 5,
  })
  await lease.release()
  await sendAll(bench, id)
  const over = await good(showReplay(bench.deps, bench.connection, id, bench.call()))
  expect(over.rateBytesPerSecond).toBeNull()
})

describe('a copy', () => {
  it('is the same bytes: binary, null and duplicate headers in their order, without failure headers', async () => {
    const origin = await bench.makeTopic(`bytes-${bench.suffix}`, 3)
    const letters = await bench.makeTopic(`${origin}-dlt`, 1)
    const every = Uint8Array.from({ length: 256 }, (_, index) => index)
    const headers = [
      text('b', '2'),
      { name: 'a', value: every },
      { name: 'a', value: null },
      text('kafka_correlationId', 'c'),
      ...springHeaders({ topic: origin, partition: 2, offset: 5n }),
      text('a', ''),
      text('b', '1'),
      text('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
      { name: 'ünï', value: every },
    ]
    const key = Uint8Array.of(0, 0, 0, 0, 7, 255, 254)
    await bench.send([
      outgoing(letters, { key, value: every, headers }),
      outgoing(letters, {
        key: null,
        value: '',
        headers: springHeaders({ topic: origin, partition: 9, offset: 6n }),
      }),
    ])
    const replay = await start(bench, await planOf(bench, letters))
    await sendAll(bench, replay.id)
    const records = await recordsOf(bench, origin)
    const copy = records.find(({ value }) => value?.length === 256)
    expect(copy?.partition).toBe(2)
    expect(Buffer.from(copy?.key ?? []).equals(Buffer.from(key))).toBe(true)
    expect(Buffer.from(copy?.value ?? []).equals(Buffer.from(every))).toBe(true)
    const isStripped = makeStripTest(headers)
    const kept = headers.filter(({ name }) => !isStripped(name))
    const hex = (list: typeof headers) =>
      list
        // The copy begins a trace of its own, which links to this one.
        .map(({ name, value }) => (name === 'traceparent' ? { name, value: null } : { name, value }))
        .map(({ name, value }) => [name, value === null ? null : Buffer.from(value).toString('hex')])
    expect(hex([...(copy?.headers ?? [])].slice(0, kept.length))).toEqual(hex(kept))
    expect(copy?.headers.slice(kept.length).every(({ name }) => name.startsWith('x-replay-'))).toBe(true)
    const keyless = records.find(({ value }) => value?.length === 0)
    expect(keyless?.key).toBeNull()
    expect(headerText(copy ?? (records[0] as never), 'x-replay-source')).toBe(`${letters}@0@0`)
  })

  it('of a returned copy carries one lineage and counts its attempts', async () => {
    const { origin, letters } = await makeLetters(1, 1)
    const first = await start(bench, await planOf(bench, letters))
    await sendAll(bench, first.id)
    const [copy] = await recordsOf(bench, origin)
    const headers = [
      ...(copy?.headers ?? []),
      ...springHeaders({ topic: origin, offset: copy?.offset ?? 0n }),
    ]
    await bench.send([outgoing(letters, { key: 'k0', value: 'v0', headers })])
    const returned = (await lettersOf(bench, letters)).at(-1)
    await follow(bench, first.id)
    const second = await start(bench, await planOf(bench, letters, { letterIds: [returned?.id ?? ''] }))
    await sendAll(bench, second.id)
    const last = (await recordsOf(bench, origin)).at(-1)
    expect(last?.headers.filter(({ name }) => name === 'x-replay-id')).toHaveLength(1)
    expect(last && headerText(last, 'x-replay-id')).toBe(second.id)
    expect(last && headerText(last, 'x-replay-attempt')).toBe('2')
  })
})

describe('a replay', () => {
  it('sends every letter once, keeps its pace, and tells its progress', async () => {
    const { origin, letters } = await makeLetters(60)
    const plan = await planOf(bench, letters)
    const replay = await start(bench, plan, { pacePerSecond: 50, reason: 'fixed in 2.1' })
    replaySummary.parse(replay)
    expect(replay).toMatchObject({
      state: 'running',
      total: 60,
      sent: 0,
      reason: 'fixed in 2.1',
      startedBy: 'tester',
    })
    const startedAt = performance.now()
    await sendAll(bench, replay.id)
    const tookMs = performance.now() - startedAt
    expect(tookMs).toBeGreaterThan(900)
    expect(tookMs).toBeLessThan(4_000)
    expect(new Set(await itemIds(origin)).size).toBe(60)
    expect(await itemIds(origin)).toHaveLength(60)
    const items = await itemsOf(bench, replay.id)
    expect(
      items.every(({ outcome, target, sentAt }) => outcome === 'SENT' && target.position && sentAt),
    ).toBe(true)
    const records = new Map(
      (await recordsOf(bench, origin)).map((record) => [headerText(record, 'x-replay-item'), record]),
    )
    for (const { id, target } of items) {
      const record = records.get(id)
      expect(target.position).toBe(`${record?.partition}@${record?.offset}`)
    }
    const { replays } = await good(listReplays(bench.deps, bench.connection, { limit: 500 }, bench.call()))
    expect(replays[0]).toMatchObject({ id: replay.id, state: 'following', sent: 60 })
  })

  it('started twice, even at the same moment, is one replay', async () => {
    const { origin, letters } = await makeLetters(20)
    const plan = await planOf(bench, letters)
    const [one, two] = await Promise.all([start(bench, plan), start(bench, plan)])
    expect(one?.number).toBe(two?.number)
    await sendAll(bench, plan.planId)
    expect((await start(bench, plan)).state).toBe('following')
    expect(await itemIds(origin)).toHaveLength(20)
  })

  it('sends nothing that another plan for the same letters has sent meanwhile', async () => {
    const { origin, letters } = await makeLetters(20)
    const first = await planOf(bench, letters)
    const second = await planOf(bench, letters)
    await Promise.all([start(bench, first), start(bench, second).catch(() => null)])
    await sendAll(bench, first.planId)
    await sendAll(bench, second.planId)
    expect(await recordsOf(bench, origin)).toHaveLength(20)
  })

  it('sends nothing that another replay has sent since the plan was made, of which nobody knows what became', async () => {
    const { origin, letters } = await makeLetters(3)
    const [first, second] = [await planOf(bench, letters), await planOf(bench, letters)]
    // Without the ledger, which would tell.
    const atLeastOnce = withPublisher(bench, (real) => (messages, call) => real.send(messages, call))
    await start(bench, first)
    await sendAll(bench, first.planId, atLeastOnce)
    await follow(bench, first.planId, { quietMs: 1, giveUpMs: 1 })
    expect((await itemsOf(bench, first.planId)).map(({ outcome }) => outcome)).toEqual([
      'UNKNOWN',
      'UNKNOWN',
      'UNKNOWN',
    ])
    await start(bench, second)
    await sendAll(bench, second.planId, atLeastOnce)
    expect(await recordsOf(bench, origin)).toHaveLength(3)
    const [skipped] = await itemsOf(bench, second.planId)
    expect(skipped).toMatchObject({ outcome: 'SKIPPED', proof: expect.stringContaining('took it first') })
  })

  it('stops after the batch in progress; the rest is left out and says so', async () => {
    // A batch holds two seconds of the pace at most, where the one before took that long.
    const { origin, letters } = await makeLetters(400)
    const replay = await start(bench, await planOf(bench, letters), { pacePerSecond: 50 })
    const sending = sendAll(bench, replay.id)
    await expect
      .poll(async () => (await recordsOf(bench, origin)).length, { timeout: 5_000 })
      .toBeGreaterThan(9)
    await good(cancelReplay(bench.deps, bench.connection, bench.actor, replay.id, bench.call()))
    const cancelledAt = Date.now()
    await sending
    const sent = await itemIds(origin)
    expect(sent.length).toBeLessThan(400)
    const items = await itemsOf(bench, replay.id)
    const later = items.flatMap(({ sentAt }) => (sentAt !== null && sentAt > cancelledAt ? sentAt : []))
    expect(new Set(later).size).toBeLessThanOrEqual(1)
    const skipped = items.filter(({ outcome }) => outcome === 'SKIPPED')
    expect(skipped).toHaveLength(400 - sent.length)
    expect(skipped[0]?.proof).toMatch(/before it was sent|before sending/)
    const again = await cancelReplay(bench.deps, bench.connection, bench.actor, replay.id, bench.call())
    expect(again).toMatchObject({ ok: false, error: { code: 'conflict' } })
  })

  it('is refused on a read-only connection, with an audit entry', async () => {
    const { letters } = await makeLetters(1)
    const plan = await planOf(bench, letters)
    const connection = { ...bench.connection, readOnly: true }
    const request = { planId: plan.planId, pacePerSecond: 50, reason: '' }
    const refused = await startReplay(bench.deps, connection, bench.actor, request, bench.call())
    expect(refused).toMatchObject({ ok: false, error: { code: 'read-only-connection' } })
    const { rows } = await bench.database.db.pool.query(
      'SELECT result FROM audit_entry WHERE target = $1 ORDER BY id DESC LIMIT 1',
      [plan.planId],
    )
    expect(rows).toEqual([{ result: 'refused' }])
  })
})

describe('the list of replays', () => {
  it('goes on with older ones where the page before ended, to the end', async () => {
    const { letters } = await makeLetters(3)
    for (const { id } of await lettersOf(bench, letters))
      await start(bench, await planOf(bench, letters, { letterIds: [id] }))
    const page = (query: { cursor?: string; limit: number }) =>
      good(listReplays(bench.deps, bench.connection, query, bench.call()))
    const all = (await page({ limit: 500 })).replays.map(({ number }) => number)
    const paged: number[] = []
    let cursor: string | null = null
    do {
      const { replays, nextCursor } = await page({ limit: 2, ...(cursor === null ? {} : { cursor }) })
      paged.push(...replays.map(({ number }) => number))
      cursor = nextCursor
    } while (cursor !== null)
    expect(paged).toEqual(all)
    expect(all.length).toBeGreaterThan(2)
    expect((await page({ limit: 500 })).nextCursor).toBeNull()
    const wrong = { cursor: 'x', limit: 2 }
    expect(await listReplays(bench.deps, bench.connection, wrong, bench.call())).toMatchObject({
      error: { code: 'invalid-request' },
    })
  })
})

describe('a worker that died', () => {
  it('after sending and before writing it down: the successor sends nothing twice', async () => {
    const { origin, letters } = await makeLetters(150)
    const replay = await start(bench, await planOf(bench, letters), { pacePerSecond: 500 })
    await expect(sendAll(bench, replay.id, dyingAfter(bench, 2))).rejects.toThrow('killed')
    expect((await recordsOf(bench, origin)).length).toBeGreaterThan(100)
    await sendAll(bench, replay.id)
    const sent = await itemIds(origin)
    expect(sent).toHaveLength(150)
    expect(new Set(sent).size).toBe(150)
    const items = await itemsOf(bench, replay.id)
    expect(items.every(({ outcome, target }) => outcome === 'SENT' && target.position !== null)).toBe(true)
  })

  it('before sending, or in the middle of it: the successor loses nothing', async () => {
    const { origin, letters } = await makeLetters(150)
    const replay = await start(bench, await planOf(bench, letters), { pacePerSecond: 500 })
    let batches = 0
    const dying = withPublisher(bench, (real) => async (messages, call) => {
      if (++batches === 2) {
        await real.send(messages.slice(0, 37), call)
        throw new Error('killed')
      }
      return real.send(messages, call)
    })
    await expect(sendAll(bench, replay.id, dying)).rejects.toThrow('killed')
    await sendAll(bench, replay.id)
    const sent = await itemIds(origin)
    expect(sent).toHaveLength(150)
    expect(new Set(sent).size).toBe(150)
  })
})

describe('a worker that was frozen', () => {
  it('does not write why it waits over what its successor has found', async () => {
    const { letters } = await makeLetters(3)
    const { id } = await start(bench, await planOf(bench, letters))
    const lease = await takeLease(bench.deps, `replay:${id}`)
    const frozen = withPublisher(bench, () => async () => {
      await bench.database.db.pool.query('UPDATE lease SET fence = fence + 1 WHERE name = $1', [lease.name])
      return fail({ kind: 'unreachable', detail: 'long ago', source: 'broker' })
    })
    const replay = await readReplay(bench.deps.db, id)
    if (!replay) throw new Error('the replay is there')
    await expect(runReplayStep(bench.deps, frozen, replay, lease, bench.call())).rejects.toThrow(
      LeaseLostError,
    )
    expect((await readReplay(bench.deps.db, id))?.failure).toBeNull()
  })
})

describe('a broker', () => {
  it('that is away for a while is waited for, and the replay says so', async () => {
    const { origin, letters } = await makeLetters(30)
    const replay = await start(bench, await planOf(bench, letters), { pacePerSecond: 100 })
    let tries = 0
    const failures: (string | null)[] = []
    const away = withPublisher(bench, (real) => async (messages, call) => {
      if (++tries > 2) return real.send(messages, call)
      if (tries === 2)
        failures.push((await good(showReplay(bench.deps, bench.connection, replay.id, bench.call()))).failure)
      // The answer got lost: what was sent has arrived all the same.
      if (tries === 1) await real.send(messages, call)
      return fail({ kind: 'unreachable', detail: 'connection refused', source: 'broker' })
    })
    await sendAll(bench, replay.id, away)
    expect(failures[0]).toContain('connection refused')
    expect(await itemIds(origin)).toHaveLength(30)
    expect((await good(showReplay(bench.deps, bench.connection, replay.id, bench.call()))).failure).toBeNull()
  })

  it('that refuses one copy does not hold up the others', async () => {
    const origin = await bench.makeTopic(`narrow-${bench.suffix}`, 1)
    const letters = await bench.makeTopic(`${origin}-dlt`, 1)
    const headers = (offset: bigint) => springHeaders({ topic: origin, offset })
    await bench.send(
      Array.from({ length: 12 }, (_, index) =>
        outgoing(letters, {
          value: index === 5 ? 'x'.repeat(50_000) : `v${index}`,
          headers: headers(BigInt(index)),
        }),
      ),
    )
    const replay = await start(bench, await planOf(bench, letters))
    await bench.admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: 2, name: origin, configEntries: [{ name: 'max.message.bytes', value: '20000' }] }],
    })
    await sendAll(bench, replay.id)
    const items = await itemsOf(bench, replay.id)
    expect(items.map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 12 }, (_, index) => (index === 5 ? 'FAILED' : 'SENT')),
    )
    expect(items[5]?.proof).toContain('max.message.bytes')
    expect(await recordsOf(bench, origin)).toHaveLength(11)
  })

  it('that has deleted a letter since the plan: that item failed, the others go on', async () => {
    const { origin, letters } = await makeLetters(10)
    const replay = await start(bench, await planOf(bench, letters))
    await bench.deleteBefore(letters, 4n)
    await sendAll(bench, replay.id)
    const items = await itemsOf(bench, replay.id)
    expect(items.filter(({ outcome }) => outcome === 'FAILED')).toHaveLength(4)
    expect(await recordsOf(bench, origin)).toHaveLength(6)
  })

  it('whose dead-letter topic was made anew since the plan: what stands there now is not sent', async () => {
    const { origin, letters } = await makeLetters(3)
    const replay = await start(bench, await planOf(bench, letters))
    await bench.deleteTopic(letters)
    await expect
      .poll(async () => (await bench.admin.listTopics()).includes(letters), { timeout: 10_000 })
      .toBe(false)
    await bench.makeTopic(letters, 1)
    await bench.send(Array.from({ length: 5 }, () => outgoing(letters, { value: 'another' })))
    await sendAll(bench, replay.id)
    const items = await itemsOf(bench, replay.id)
    expect(items.map(({ outcome }) => outcome)).toEqual(['FAILED', 'FAILED', 'FAILED'])
    expect(items[0]?.proof).toBe(
      `not sent: ${letters} was deleted and made anew since the letter was indexed, and another message may stand in its place`,
    )
    expect(await recordsOf(bench, origin)).toEqual([])
  })
})
