import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { ReplayPlan } from '#server/contracts/replays.ts'
import type { PlanRequeue } from '#server/contracts/requeues.ts'
import type { Position, TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import { bigIntegerBytes } from '#server/domain/requeue.ts'
import { commitOffsets } from '#server/sandbox/stack/commit-offsets.ts'
import { type Bench, good, int32, openBench, outgoing, springHeaders, text } from './dead-letter-fixture.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { listWaiting } from './list-waiting.ts'
import { planReplay } from './plan-replay.ts'
import { planRequeue } from './plan-requeue.ts'
import {
  dyingAfter,
  follow,
  headerText,
  itemsOf,
  lettersOf,
  recordsOf,
  sendAll,
  start,
} from './replay-fixture.ts'
import { startReplay } from './start-replay.ts'

type Chain = {
  readonly origin: TopicName
  readonly first: TopicName
  readonly last: TopicName
  readonly dead: TopicName
  readonly group: string
}

let bench: Bench
const names = ['list', 'skip', 'last', 'park', 'read', 'hand', 'again', 'crash'] as const
const chains = new Map<(typeof names)[number], Chain>()
const chainOf = (name: (typeof names)[number]): Chain => {
  const chain = chains.get(name)
  if (!chain) throw new Error(`${name} has a chain`)
  return chain
}

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  for (const name of names) {
    const origin = await bench.makeTopic(`${name}-${bench.suffix}`, 2)
    chains.set(name, {
      origin,
      first: await bench.makeTopic(`${origin}-retry-1000`, 2),
      last: await bench.makeTopic(`${origin}-retry-60000`, 2),
      dead: await bench.makeTopic(`${origin}-dlt`, 2),
      group: `payments-${origin}`,
    })
  }
}, 120_000)
afterAll(() => bench.dispose())

const due = (atMs: number): RawHeader => ({
  name: 'retry_topic-backoff-timestamp',
  value: bigIntegerBytes(BigInt(atMs)),
})
const hourMs = 3_600_000

/** No copy comes to stand where these records have died. */
const firstOrigin = 10_000

/** Records as Spring moves them to a retry topic, due in an hour; in turns in its two partitions. */
const putWaiting = (topic: TopicName, { origin, group }: Chain, count: number, dueMs = Date.now() + hourMs) =>
  bench.send(
    Array.from({ length: count }, (_, index) =>
      outgoing(topic, {
        partition: index % 2,
        key: `k${index}`,
        value: `v${index}`,
        headers: [
          text('idempotency-key', `id-${index}`),
          { name: 'tag', value: Uint8Array.of(0, 255) },
          { name: 'tag', value: null },
          ...springHeaders({
            topic: origin,
            partition: index % 2,
            offset: BigInt(firstOrigin + index),
            group,
          }).filter(({ name }) => name !== 'retry_topic-attempts'),
          int32('retry_topic-attempts', 2),
          due(dueMs + index),
        ],
      }),
    ),
  )

/** What a group has read: so many of each partition. */
const readUpTo = (chain: Chain, topic: TopicName, offsets: readonly [number, number]) =>
  commitOffsets(bench.brokers, `${chain.group}-retry`, topic, offsets)

/** The group that failed has read all of the origin. */
const readOrigin = async ({ origin, group }: Chain) => {
  const offsets = await bench.admin.fetchTopicOffsets(origin)
  const ends = offsets.toSorted((a, b) => a.partition - b.partition).map(({ high }) => high)
  await commitOffsets(bench.brokers, group, origin, ends)
}

const plan = (
  topic: TopicName,
  action: PlanRequeue['action'],
  positions?: readonly string[],
): Promise<ReplayPlan> =>
  good(
    planRequeue(
      bench.deps,
      bench.connection,
      bench.actor,
      { topic, action, ...(positions ? { positions: positions as Position[] } : {}) },
      bench.call(),
    ),
  )
const codes = ({ findings }: ReplayPlan) =>
  Object.fromEntries(findings.map(({ code, count }) => [code, count]))
const send = async (made: ReplayPlan) => {
  const replay = await start(bench, made, { consents: made.findings.map(({ code }) => code) })
  await sendAll(bench, replay.id)
  return replay
}
const told = (headers: readonly RawHeader[]) =>
  headers
    .filter(({ name }) => !name.startsWith('x-replay-'))
    .map(({ name, value }) => [name, value && Buffer.from(value).toString('hex')])

it('shows what the group of the chain has not read, when it is due and what can be done', async () => {
  const chain = chainOf('list')
  const dueMs = Date.now() + hourMs
  await putWaiting(chain.first, chain, 10, dueMs)
  await readOrigin(chain)
  await readUpTo(chain, chain.first, [2, 1])
  // Somebody else who looks at the topic is not of the chain.
  await commitOffsets(bench.brokers, `browser-${bench.suffix}`, chain.first, [5])
  const list = await good(
    listWaiting(bench.deps, bench.connection, { topic: chain.first, limit: 3 }, bench.call()),
  )
  expect(list).toMatchObject({
    origin: chain.origin,
    delayMs: 1_000,
    convention: 'spring-retryable',
    readers: [
      {
        group: `${chain.group}-retry`,
        members: 0,
        unread: 7,
        positions: [
          { partition: 0, committed: '2', end: '5' },
          { partition: 1, committed: '1', end: '5' },
        ],
      },
    ],
    waiting: 7,
    matching: 7,
    isWhole: true,
    firstDueAt: dueMs + 3,
    lastDueAt: dueMs + 9,
  })
  expect(list.records.map(({ position, keyText, attempts }) => [position, keyText, attempts])).toEqual([
    ['1@1', 'k3', 1],
    ['0@2', 'k4', 1],
    ['1@2', 'k5', 1],
  ])
  expect(list.routes.map(({ action, targetTopic }) => [action, targetTopic])).toEqual([
    ['skip-wait', chain.origin],
    ['last-retry', chain.last],
    ['park', chain.dead],
  ])
  const some = { topic: chain.first, limit: 100, dueUntil: dueMs + 5 }
  const early = await good(listWaiting(bench.deps, bench.connection, some, bench.call()))
  expect([early.waiting, early.matching]).toEqual([7, 3])
})

it('skips the wait by copies in the origin topic that are due at once, with all else kept', async () => {
  const chain = chainOf('skip')
  await putWaiting(chain.first, chain, 6)
  await readOrigin(chain)
  await readUpTo(chain, chain.first, [1, 0])
  const made = await plan(chain.first, 'skip-wait')
  expect([made.total, made.ready, codes(made)['read-again']]).toEqual([5, 5, 5])
  const [again] = made.findings.filter(({ code }) => code === 'read-again')
  expect(again?.sentence).toMatch(
    /has no members now.*in 59 min.*by idempotency-key.*partition 0 to 3, partition 1 to 3$/,
  )
  expect(made.requeue?.why).toContain('stand behind its own original')
  // Nothing is sent before the operator has agreed that originals are read again.
  const request = { planId: made.planId, pacePerSecond: 1_000, reason: '', canary: false }
  const refused = await startReplay(bench.deps, bench.connection, bench.actor, request, bench.call())
  expect(refused).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
  const replay = await send(made)
  const [originals, copies] = await Promise.all([
    recordsOf(bench, chain.first),
    recordsOf(bench, chain.origin),
  ])
  const wanted = originals.filter(({ partition, offset }) => partition > 0 || offset > 0n)
  const keyed = (records: typeof copies) =>
    new Map(records.map((record) => [Buffer.from(record.key ?? []).toString(), record]))
  expect([...keyed(copies).keys()].sort()).toEqual([...keyed(wanted).keys()].sort())
  for (const [key, original] of keyed(wanted)) {
    const copy = keyed(copies).get(key)
    expect(copy?.partition).toBe(original.partition)
    expect(told(copy?.headers ?? [])).toEqual(
      told(original.headers).filter(([name]) => name !== 'retry_topic-backoff-timestamp'),
    )
  }
  expect(copies.map((copy) => headerText(copy, 'x-replay-requeue'))).toEqual(copies.map(() => 'skip-wait'))
  // Who starts it again starts nothing; who plans it again is refused.
  await send(made)
  expect(await recordsOf(bench, chain.origin)).toHaveLength(5)
  const next = await plan(chain.first, 'skip-wait')
  expect([next.ready, codes(next)['being-replayed']]).toEqual([0, 5])
  await readOrigin(chain)
  // Settled they are when the delays of the chain have passed.
  await follow(bench, replay.id)
  const items = await itemsOf(bench, replay.id)
  expect(items.map(({ outcome, proof }) => [outcome, proof.split(' by ')[1]])).toEqual(
    Array(5).fill(['CONSUMED', chain.group]),
  )
}, 120_000)

it('sends to the last retry, where the copy is due after the delay of that topic', async () => {
  const chain = chainOf('last')
  await putWaiting(chain.first, chain, 4)
  const beforeMs = Date.now()
  const made = await plan(chain.first, 'last-retry')
  expect(codes(made)).toMatchObject({ 'nobody-reads': 4 })
  await send(made)
  const copies = await recordsOf(bench, chain.last)
  expect(copies).toHaveLength(4)
  const list = await good(
    listWaiting(bench.deps, bench.connection, { topic: chain.last, limit: 100 }, bench.call()),
  )
  for (const { dueAt } of list.records) {
    expect(dueAt).toBeGreaterThanOrEqual(beforeMs + 60_000)
    expect(dueAt).toBeLessThanOrEqual(Date.now() + 60_000)
  }
  const twice = await planRequeue(
    bench.deps,
    bench.connection,
    bench.actor,
    { topic: chain.last, action: 'last-retry' },
    bench.call(),
  )
  expect(twice).toMatchObject({ ok: false, error: { code: 'conflict' } })
}, 120_000)

it('parks in the dead-letter topic: a letter of the inbox, no copy that came back', async () => {
  const chain = chainOf('park')
  await putWaiting(chain.first, chain, 4)
  await readUpTo(chain, chain.first, [0, 0])
  const made = await plan(chain.first, 'park', ['0@0', '1@1'])
  expect([made.total, made.ready]).toEqual([2, 2])
  const replay = await send(made)
  // A commit is answered before its marker stands in the log: until then the index does not see them.
  expect(await recordsOf(bench, chain.dead)).toHaveLength(2)
  const letters = await lettersOf(bench, chain.dead)
  expect(
    letters.map(({ keyText, convention, originTopic, attempts }) => [
      keyText,
      convention,
      originTopic,
      attempts,
    ]),
  ).toEqual(
    expect.arrayContaining([
      ['k0', 'spring-dead-letter', chain.origin, 1],
      ['k3', 'spring-dead-letter', chain.origin, 1],
    ]),
  )
  while (await follow(bench, replay.id)) await new Promise((resolve) => setTimeout(resolve, 100))
  const items = await itemsOf(bench, replay.id)
  expect(items.map(({ outcome, proof }) => [outcome, proof.replace(/\d+$/, 'n')])).toEqual(
    Array(2).fill(['SETTLED', 'parked: stands in the inbox as dead letter n']),
  )
  // From the inbox it is replayed as any letter is: without the marks of having been parked.
  const [letter] = letters
  const request = { selection: { letterIds: [letter?.id ?? ''] }, targetTopic: null }
  const back = await good(planReplay(bench.deps, bench.connection, bench.actor, request, bench.call()))
  expect([back.ready, back.targets[0]?.topic]).toEqual([1, chain.origin])
  const later = await start(bench, back)
  await sendAll(bench, later.id)
  const [copy] = await recordsOf(bench, chain.origin)
  expect(copy && [headerText(copy, 'x-replay-requeue'), headerText(copy, 'x-replay-id')]).toEqual([
    null,
    later.id,
  ])
  const query = { topic: chain.dead, limit: 10 }
  const { letters: all } = await good(listDeadLetters(bench.deps, bench.connection, query, bench.call()))
  expect(all).toHaveLength(2)
}, 120_000)

it('leaves out what the group has read since the plan, and refuses by hand what it had read before', async () => {
  const chain = chainOf('read')
  await putWaiting(chain.first, chain, 6)
  await readUpTo(chain, chain.first, [1, 0])
  const byHand = await plan(chain.first, 'skip-wait', ['0@0', '0@1', '1@99'])
  expect([byHand.ready, codes(byHand)]).toMatchObject([1, { 'not-waiting': 1, 'waiting-gone': 1 }])
  expect(byHand.findings.find(({ code }) => code === 'not-waiting')).toMatchObject({
    positions: ['0@0'],
    sentence: `does not wait any more: ${chain.group}-retry has read past it`,
  })
  const made = await plan(chain.first, 'skip-wait')
  await readUpTo(chain, chain.first, [3, 1])
  const replay = await send(made)
  const items = await itemsOf(bench, replay.id)
  const skipped = items.filter(({ outcome }) => outcome === 'SKIPPED')
  expect(skipped.map(({ source }) => source.position).sort()).toEqual(['0@1', '0@2', '1@0'])
  expect(skipped[0]?.proof).toBe(
    `not sent: ${chain.group}-retry has read it since the plan (offset 3 committed)`,
  )
  expect(await recordsOf(bench, chain.origin)).toHaveLength(2)
}, 120_000)

it('of two plans of the same messages only the first is sent, whatever each would do', async () => {
  const chain = chainOf('again')
  await putWaiting(chain.first, chain, 4)
  await readUpTo(chain, chain.first, [0, 0])
  const [skip, park] = [await plan(chain.first, 'skip-wait'), await plan(chain.first, 'park', ['0@0', '1@0'])]
  const first = await send(park)
  const second = await send(skip)
  expect(await recordsOf(bench, chain.dead)).toHaveLength(2)
  const copies = await recordsOf(bench, chain.origin)
  expect(copies.map(({ key }) => Buffer.from(key ?? []).toString()).sort()).toEqual(['k2', 'k3'])
  const skipped = (await itemsOf(bench, second.id)).filter(({ outcome }) => outcome === 'SKIPPED')
  expect(skipped.map(({ proof }) => proof)).toEqual(
    Array(2).fill(`not sent: replay #${first.number} took it first`),
  )
}, 120_000)

it('a worker that dies between sending and writing it down is followed by one that sends nothing twice', async () => {
  const chain = chainOf('crash')
  await putWaiting(chain.first, chain, 6)
  await readUpTo(chain, chain.first, [0, 0])
  const made = await plan(chain.first, 'park')
  const replay = await start(bench, made, { consents: made.findings.map(({ code }) => code) })
  await expect(sendAll(bench, replay.id, dyingAfter(bench, 1))).rejects.toThrow('killed')
  await sendAll(bench, replay.id)
  const parked = await recordsOf(bench, chain.dead)
  expect(parked.map(({ key }) => Buffer.from(key ?? []).toString()).sort()).toEqual([
    'k0',
    'k1',
    'k2',
    'k3',
    'k4',
    'k5',
  ])
}, 120_000)
