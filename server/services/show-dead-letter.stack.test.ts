import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { DeadLetterDetail } from '#server/contracts/failure-groups.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import {
  type Bench,
  good,
  int32,
  int64,
  openBench,
  outgoing,
  takeLease,
  text,
} from './dead-letter-fixture.ts'
import { lettersOf, planOf } from './replay-fixture.ts'
import { sampleLag } from './sample-lag.ts'
import { showDeadLetter } from './show-dead-letter.ts'

const hourMs = 3_600_000
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

let bench: Bench
/** When what died was written. */
let writtenMs: bigint

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
  writtenMs = BigInt(Date.now() - hourMs)
})
afterAll(() => bench.dispose())

/** Spring's headers of a death; `timestampMs` is what they tell of the origin's. */
const springDeath = (topic: string, offset: bigint, timestampMs = writtenMs): RawHeader[] => [
  text('kafka_dlt-original-topic', topic),
  int32('kafka_dlt-original-partition', 0),
  int64('kafka_dlt-original-offset', offset),
  int64('kafka_dlt-original-timestamp', timestampMs),
  text('kafka_dlt-exception-fqcn', 'com.shop.CardDeclinedException'),
]
/** Headers as a share group writes them (KIP-1191), without a payload. */
const pointerTo = (topic: string, offset: bigint): RawHeader[] => [
  text('__dlq.errors.topic', topic),
  text('__dlq.errors.partition', '0'),
  text('__dlq.errors.offset', String(offset)),
  text('__dlq.errors.group', 'payments-share'),
  text('__dlq.errors.delivery.count', '5'),
  text('__dlq.errors.message', 'Offset rejected by client.'),
]
const pointer = (letters: string, topic: string, offset = 0n) =>
  outgoing(letters, { key: null, value: null, headers: pointerTo(topic, offset) })

const topicsOf = async (name: string, settings: Record<string, string> = {}) => {
  const origin = await bench.makeTopic(`${name}-${bench.suffix}`, 1, settings)
  const letters = await bench.makeTopic(`${origin}-dlt`, 1, { 'retention.ms': '604800000' })
  return { origin, letters }
}
const original = (origin: TopicName, more: Partial<Parameters<typeof outgoing>[1]> = {}) =>
  outgoing(origin, {
    key: 'order-7',
    value: '{"total":1}',
    timestampMs: writtenMs,
    headers: [
      text('traceparent', `00-${traceId}-00f067aa0ba902b7-01`),
      text('tenant', 'north'),
      text('region', 'eu'),
    ],
    ...more,
  })
const shown = async (letters: string, at = 0): Promise<DeadLetterDetail> => {
  const letter = (await lettersOf(bench, letters))[at]
  if (!letter) throw new Error('the letter is indexed')
  return good(showDeadLetter(bench.deps, bench.connection, letter.id, bench.call()))
}
const sampleTopics = async () => {
  const lease = await takeLease(bench.deps, 'sample-lag:local')
  await good(sampleLag(bench.deps, bench.connection, { withSizes: false, lease }, bench.call()))
  await lease.release()
}

describe('the origin record of a dead letter', () => {
  it('is shown with what the way to the dead-letter topic did to value and headers, and when both expire', async () => {
    const { origin, letters } = await topicsOf('origin-diff', { 'retention.ms': '86400000' })
    await bench.send([original(origin)])
    await bench.send([
      outgoing(letters, {
        key: 'order-7',
        value: '{ "total": 1 }',
        timestampMs: writtenMs + 60_000n,
        headers: [text('tenant', 'south'), text('region', 'eu'), ...springDeath(origin, 0n)],
      }),
    ])
    const { origin: found, record, trace, rehydration } = await shown(letters)
    if (found.state !== 'found') throw new Error(`the origin is there: ${found.why}`)
    expect([found.sameKey, found.sameValue, found.doubt]).toEqual([true, false, null])
    expect(
      found.headerChanges?.map(({ kind, before, after }) => [
        kind,
        before?.text,
        after?.name ?? before?.name,
      ]),
    ).toEqual([
      ['changed', 'north', 'tenant'],
      ...springDeath(origin, 0n).map(({ name }) => ['added', undefined, name]),
      ['lost', `00-${traceId}-00f067aa0ba902b7-01`, 'traceparent'],
    ])
    expect(found.sameHeaders).toBe(1)
    expect(found.expiresAt).toBe(Number(writtenMs) + 86_400_000)
    expect(record?.expiresAt).toBe(Number(writtenMs) + 60_000 + 604_800_000)
    // The letter has lost its trace; the message that died still names it.
    expect(trace).toEqual({ traceId, from: 'origin' })
    expect(rehydration).toBeNull()
  })

  it('is deleted by retention, with what tells since when', async () => {
    const { origin, letters } = await topicsOf('origin-deleted', { 'retention.ms': '1800000' })
    const laterMs = BigInt(Date.now())
    await bench.send([original(origin), original(origin, { timestampMs: laterMs })])
    await bench.send([outgoing(letters, { headers: springDeath(origin, 0n) })])
    await bench.deleteBefore(origin, 1n)
    const { origin: gone } = await shown(letters)
    expect(gone).toEqual({
      state: 'deleted',
      why: `Retention or a deletion has removed offset 0 of ${origin} partition 0: it begins at 1 now.`,
      sinceMs: null,
      dueAt: Number(writtenMs) + 1_800_000,
      oldestAt: Number(laterMs),
    })
  })

  it('is unknown where nothing says where it stood', async () => {
    const { origin, letters } = await topicsOf('origin-untold')
    await bench.send([outgoing(letters, { headers: [] })])
    expect((await shown(letters)).origin).toMatchObject({
      state: 'unknown',
      why: `It comes from ${origin}; nothing says from which partition and offset.`,
    })
  })

  it('is doubted where another timestamp stands at its position, and its payload is not taken for that of the letter', async () => {
    const { origin, letters } = await topicsOf('origin-doubt')
    await bench.send([original(origin, { timestampMs: writtenMs + 1n })])
    await bench.send([outgoing(letters, { key: null, value: null, headers: springDeath(origin, 0n) })])
    const { origin: found, rehydration, trace } = await shown(letters)
    expect(found).toMatchObject({ state: 'found', doubt: expect.stringContaining('another timestamp') })
    expect(rehydration).toMatchObject({ state: 'unrecoverable' })
    expect(trace).toBeNull()
  })

  it('is another message when the topic was made anew, though something stands at its position', async () => {
    const { origin, letters } = await topicsOf('origin-anew')
    await bench.send([original(origin)])
    await sampleTopics()
    await bench.send([pointer(letters, origin)])
    await bench.deleteTopic(origin)
    await expect
      .poll(() => bench.makeTopic(origin, 1).catch(() => null), { timeout: 10_000, interval: 200 })
      .toBe(origin)
    await bench.send([original(origin, { value: '{"total":2}' })])
    // The sampler's list of topics may be some seconds old.
    const lookAgain = async () => {
      await sampleTopics()
      return (await shown(letters)).origin
    }
    await expect
      .poll(lookAgain, { timeout: 20_000, interval: 1_000 })
      .toMatchObject({ state: 'made-anew', sinceMs: expect.any(Number) })
    const { rehydration } = await shown(letters)
    expect(rehydration).toMatchObject({ state: 'unrecoverable' })
    const plan = await planOf(bench, letters)
    expect(plan.findings.map(({ code, count }) => [code, count])).toContainEqual(['unrecoverable', 1])
    expect(plan.ready).toBe(0)
  })

  it('was never written to the topic as it is now where the partition ends before it', async () => {
    const { origin, letters } = await topicsOf('origin-short')
    await bench.send([original(origin)])
    await bench.send([pointer(letters, origin, 400n)])
    expect((await shown(letters)).origin).toMatchObject({
      state: 'made-anew',
      why: expect.stringContaining('ends at offset 1'),
    })
  })
})

it('a letter that is deleted is shown as the message that died while that is there', async () => {
  const { origin, letters } = await topicsOf('letter-deleted')
  await bench.send([original(origin)])
  await bench.send([outgoing(letters, { key: 'order-7', headers: springDeath(origin, 0n) })])
  const { letter, rehydration } = await shown(letters)
  expect(rehydration).toBeNull()
  const later = () => good(showDeadLetter(bench.deps, bench.connection, letter.id, bench.call()))
  await bench.deleteBefore(letters, 1n)
  expect(await later()).toMatchObject({ record: null, rehydration: { state: 'rehydrated' } })
  await bench.deleteBefore(origin, 1n)
  expect(await later()).toMatchObject({ record: null, rehydration: { state: 'unrecoverable' } })
})

describe('a letter without a payload', () => {
  it('shows the message that died with its trace, and is sent as that, not as the null that it is', async () => {
    const { origin, letters } = await topicsOf('pointer')
    await bench.send([original(origin)])
    await bench.send([pointer(letters, origin)])
    const { letter, rehydration, trace, origin: found } = await shown(letters)
    expect([letter.isPointer, rehydration]).toEqual([true, { state: 'rehydrated' }])
    expect(trace).toEqual({ traceId, from: 'origin' })
    expect(found.state === 'found' && [found.key.text, found.value.text]).toEqual([
      'order-7',
      expect.stringContaining('"total"'),
    ])
    const plan = await planOf(bench, letters)
    expect(plan.ready).toBe(1)
    expect(plan.findings.map(({ code }) => code)).toContain('rehydrated')
  })

  it('is unrecoverable when what it points to is gone, and the plan says so', async () => {
    const { origin, letters } = await topicsOf('pointer-gone')
    await bench.send([original(origin), original(origin)])
    await bench.send([pointer(letters, origin)])
    await bench.deleteBefore(origin, 1n)
    expect((await shown(letters)).rehydration).toMatchObject({
      state: 'unrecoverable',
      why: expect.stringContaining('it begins at 1 now'),
    })
    const plan = await planOf(bench, letters)
    expect([plan.ready, plan.findings.map(({ code }) => code)]).toEqual([0, ['unrecoverable']])
  })
})
