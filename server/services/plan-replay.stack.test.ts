import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { replayPlan } from '#server/contracts/replays.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { type Bench, good, openBench, outgoing, springHeaders, text } from './dead-letter-fixture.ts'
import { planReplay } from './plan-replay.ts'
import { itemsOf, lettersOf, planOf, sendAll, start } from './replay-fixture.ts'
import { showReplayPlan } from './show-replay-plan.ts'

let bench: Bench
let origin: TopicName
let letters: TopicName
let made = 0
/** The origin's timestamp that `springHeaders` tells. */
const toldMs = 1_795_000_000_000n

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  origin = await bench.makeTopic(`plan-${bench.suffix}`, 3)
  letters = await bench.makeTopic(`${origin}-dlt`, 1)
})
afterAll(() => bench.dispose())

/** Writes one letter and plans it. */
const planOne = async (
  message: Parameters<typeof outgoing>[1] & { readonly origin?: string; readonly at?: bigint },
  choice: { readonly targetTopic?: string } = {},
) => {
  const headers =
    message?.headers ??
    springHeaders({
      topic: message?.origin ?? origin,
      offset: message?.at ?? BigInt(1_000 + made++),
      group: 'payments',
    })
  await bench.send([outgoing(letters, { ...message, headers })])
  const letter = (await lettersOf(bench, letters)).at(-1)
  const plan = await planOf(bench, letters, { ...choice, letterIds: [letter?.id ?? ''] })
  replayPlan.parse(plan)
  return {
    plan,
    id: letter?.id ?? '',
    codes: plan.findings.map(({ severity, code }) => `${severity} ${code}`),
  }
}

describe('a plan refuses', () => {
  it('a letter whose origin topic is gone, or is not told', async () => {
    expect((await planOne({ origin: 'nowhere-at-all' })).codes).toContain('refused target-missing')
    const other = await bench.makeTopic(`errors-${bench.suffix}.dlq.x`, 1)
    await bench.send([outgoing(other)])
    const plan = await planOf(bench, other)
    expect(plan).toMatchObject({ ready: 0, total: 1 })
    expect(plan.findings.map(({ code }) => code)).toContain('origin-unknown')
  })

  it('a dead-letter topic and an internal topic as target', async () => {
    expect((await planOne({}, { targetTopic: letters })).codes).toContain(
      'refused target-is-dead-letter-topic',
    )
    expect((await planOne({}, { targetTopic: '__consumer_offsets' })).codes).toContain(
      'refused target-internal',
    )
  })

  it('a null value, unless the record that died was a tombstone itself', async () => {
    expect((await planOne({ value: null })).codes).toContain('refused tombstone')
    const [full, empty] = await bench.send([
      outgoing(origin, { key: 'k', value: 'x', timestampMs: toldMs }),
      outgoing(origin, { key: 'k', value: null, timestampMs: toldMs }),
    ])
    expect((await planOne({ value: null, at: full?.offset ?? 0n })).codes).toContain('refused tombstone')
    const { codes, plan } = await planOne({ value: null, at: empty?.offset ?? 0n })
    expect(codes).toContain('warning deletes-key')
    expect(plan.ready).toBe(1)
  })

  it('what the target topic would not take', async () => {
    const narrow = await bench.makeTopic(`narrow-${bench.suffix}`, 1, { 'max.message.bytes': '2000' })
    expect((await planOne({ value: 'x'.repeat(3_000) }, { targetTopic: narrow })).codes).toContain(
      'refused too-large',
    )
  })

  it('a letter that retention has deleted', async () => {
    const own = await bench.makeTopic(`gone-${bench.suffix}-dlt`, 1)
    await bench.send([outgoing(own, { headers: springHeaders({ topic: origin, offset: 900_001n }) })])
    const [letter] = await lettersOf(bench, own)
    await bench.deleteBefore(own, 1n)
    const plan = await planOf(bench, own, { letterIds: [letter?.id ?? ''] })
    expect(plan.findings.map(({ code }) => code)).toContain('expired')
  })

  it('what is being replayed already', async () => {
    const { plan, id } = await planOne({ value: 'once' })
    expect(plan.ready).toBe(1)
    await start(bench, plan)
    const again = await planOf(bench, letters, { letterIds: [id] })
    expect(again.findings.map(({ code }) => code)).toContain('being-replayed')
    expect(again.ready).toBe(0)
  })

  it('the second letter of one message', async () => {
    const own = await bench.makeTopic(`twice-${bench.suffix}-dlt`, 1)
    const headers = springHeaders({ topic: origin, offset: 900_002n })
    await bench.send([outgoing(own, { headers }), outgoing(own, { headers })])
    const plan = await planOf(bench, own)
    expect(plan).toMatchObject({ total: 2, ready: 1 })
    expect(plan.findings.map(({ code }) => code)).toContain('same-message')
  })

  it('an empty choice, an unknown one, and one that is too large', async () => {
    const refused = (selection: { letterIds?: string[]; failureGroupId?: string }) =>
      planReplay(bench.deps, bench.connection, bench.actor, { selection, targetTopic: null }, bench.call())
    expect(await refused({})).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
    expect(await refused({ failureGroupId: 'nobody' })).toMatchObject({ ok: false })
    expect(await refused({ letterIds: ['rubbish'] })).toMatchObject({ ok: false })
  })

  it('to write on a read-only connection, and says so', async () => {
    const connection = { ...bench.connection, readOnly: true }
    const { id } = await planOne({})
    const plan = await planOf(bench, letters, { letterIds: [id], connection })
    expect(plan.writeRefusedBecause).toContain('read-only')
  })
})

describe('a plan warns', () => {
  it('of newer messages with the same key, of a compacted target and of a waiting caller', async () => {
    const table = await bench.makeTopic(`table-${bench.suffix}`, 1, { 'cleanup.policy': 'compact' })
    const placed = await bench.send([
      outgoing(table, { key: 'a', value: 'old' }),
      outgoing(table, { key: 'b', value: 'only' }),
      outgoing(table, { key: 'a', value: 'new' }),
    ])
    const reply = text('kafka_replyTopic', 'answers')
    const first = await planOne({
      key: 'a',
      headers: [reply, ...springHeaders({ topic: table, offset: placed[0]?.offset ?? 0n })],
    })
    expect(first.codes).toEqual(
      expect.arrayContaining(['warning superseded', 'warning compacted', 'warning awaits-reply']),
    )
    const second = await planOne({
      key: 'b',
      headers: springHeaders({ topic: table, offset: placed[1]?.offset ?? 0n }),
    })
    expect(second.codes).not.toContain('warning superseded')
  })

  it('that letters of the same failure still arrive', async () => {
    const { plan } = await planOne({})
    const found = plan.findings.find(({ code }) => code === 'still-dying')
    expect(found).toMatchObject({ severity: 'warning', count: 1 })
    expect(found?.sentence).toMatch(
      / \(last death .+ ago, \d+ in the last 5 min; nobody has marked when a fix went out\)$/,
    )
  })

  it('where the origin is only guessed from the name of the topic', async () => {
    await bench.makeTopic(`guess-${bench.suffix}`, 1)
    const own = await bench.makeTopic(`guess-${bench.suffix}-dlt`, 1)
    await bench.send([outgoing(own)])
    const plan = await planOf(bench, own)
    expect(plan).toMatchObject({ ready: 1, targets: [{ topic: `guess-${bench.suffix}` }] })
    expect(plan.findings.map(({ code }) => code)).toContain('origin-guessed')
  })
})

describe('a plan', () => {
  it('names the headers it takes off and puts on, and stays as it was frozen', async () => {
    const { plan } = await planOne({})
    expect(plan.strippedHeaders).toContain('retry_topic-attempts')
    expect(plan.strippedHeaders).toContain('kafka_dlt-original-offset')
    expect(plan.addedHeaders.map(({ name }) => name)).toContain('x-replay-item')
    const kept = await good(showReplayPlan(bench.deps, bench.connection, plan.planId, bench.call()))
    expect(kept).toEqual(plan)
  })

  it('sends the messages of one partition in the order in which they were written', async () => {
    const own = await bench.makeTopic(`order-${bench.suffix}-dlt`, 1)
    const offsets = [7, 3, 9, 1].map((offset) => 800_000n + BigInt(offset))
    await bench.send(
      offsets.map((offset) =>
        // Of a key of its own: it would wait for a replay that has begun with the other's.
        outgoing(own, {
          key: 'in-order',
          value: offset.toString(),
          headers: springHeaders({ topic: origin, offset }),
        }),
      ),
    )
    const replay = await start(bench, await planOf(bench, own))
    await sendAll(bench, replay.id)
    const letterOffsets = new Map(
      (await lettersOf(bench, own)).map(({ id, originPosition }) => [id, originPosition]),
    )
    expect((await itemsOf(bench, replay.id)).map(({ letterId }) => letterOffsets.get(letterId))).toEqual(
      [...offsets].sort().map((offset) => `0@${offset}`),
    )
  })
})
