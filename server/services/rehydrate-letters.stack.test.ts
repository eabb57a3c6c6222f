import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { type TopicName, traceId as traceIdSchema } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import { traceIdOfHeaders } from '#server/domain/trace-id-of-headers.ts'
import { type Bench, good, openBench, outgoing, springHeaders, text } from './dead-letter-fixture.ts'
import { abortOn, itemsOf, lettersOf, planOf, recordsOf, sendAll, start } from './replay-fixture.ts'

let bench: Bench
let made = 0

beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(() => bench.dispose())

const trace = '0af7651916cd43dd8448eb211c80319c'
const headers: RawHeader[] = [
  text('tag', 'first'),
  { name: 'empty', value: null },
  text('tag', 'second'),
  { name: 'binary', value: Buffer.from([0, 255, 1]) },
  text('traceparent', `00-${trace}-b7ad6b7169203331-01`),
]

/** A topic with messages, and pointers of a share group to all of them; `payload`: the letters hold key and value. */
const makePointers = async (
  messages: readonly { readonly key: string | null; readonly value: string | null }[],
  payload = false,
) => {
  const origin = await bench.makeTopic(`rehydrate-${made++}-${bench.suffix}`, 1)
  const letters = await bench.makeTopic(`dlq.${origin}`, 1)
  await bench.send(messages.map((message) => outgoing(origin, { ...message, headers })))
  await bench.send(
    messages.map((message, offset) =>
      outgoing(letters, {
        key: payload ? message.key : null,
        value: payload ? message.value : null,
        headers: [
          text('__dlq.errors.topic', origin),
          text('__dlq.errors.partition', '0'),
          text('__dlq.errors.offset', String(offset)),
          text('__dlq.errors.group', 'payments'),
          text('__dlq.errors.message', 'Offset rejected by client.'),
        ],
      }),
    ),
  )
  return { origin, letters }
}

const bytes = (value: Uint8Array | null) => value && Buffer.from(value).toString('hex')
const copiesOf = async (topic: TopicName, after: number) =>
  (await recordsOf(bench, topic)).slice(after).map((record) => ({
    key: bytes(record.key),
    value: bytes(record.value),
    headers: record.headers
      .filter(({ name }) => !name.startsWith('x-replay-'))
      .map(({ name, value }) => [name, name === 'traceparent' ? 'its own' : bytes(value)]),
  }))
const whole = (key: string, value: string | null) => ({
  key: bytes(Buffer.from(key)),
  value: value && bytes(Buffer.from(value)),
  headers: headers.map(({ name, value: header }) => [
    name,
    name === 'traceparent' ? 'its own' : bytes(header),
  ]),
})

describe('a pointer record', () => {
  it('is sent as the record that died: its bytes, its headers in their order, its trace', async () => {
    const { origin, letters } = await makePointers([
      { key: 'a', value: 'one' },
      { key: 'b', value: 'two' },
    ])
    const plan = await planOf(bench, letters)
    expect(plan).toMatchObject({ ready: 2, total: 2, strippedHeaders: [] })
    expect(plan.findings).toContainEqual(expect.objectContaining({ code: 'rehydrated', count: 2 }))
    const replay = await start(bench, plan)
    await sendAll(bench, replay.id)
    expect(await copiesOf(origin, 2)).toEqual([whole('a', 'one'), whole('b', 'two')])
    const items = await itemsOf(bench, replay.id)
    expect(items.map(({ traceId }) => traceId)).toEqual([trace, trace])
    const copies = (await recordsOf(bench, origin)).slice(2)
    expect(copies.map((record) => traceIdOfHeaders(record.headers))).toEqual(
      items.map(({ copyTraceId }) => copyTraceId),
    )
    expect(new Set([trace, ...items.map(({ copyTraceId }) => copyTraceId)]).size).toBe(3)
    for (const { copyTraceId } of items) {
      const linked = await good(bench.deps.traces.linked(traceIdSchema.parse(copyTraceId), bench.call()))
      expect(linked).toContain(trace)
    }
    const ledger = await recordsOf(bench, bench.connection.ledgerTopic)
    expect(ledger.map(({ value }) => JSON.parse(String(value ?? '')).traces)).toEqual(
      expect.arrayContaining(items.map(({ copyTraceId }) => ({ copy: copyTraceId, origin: trace }))),
    )
  })

  it('to a tombstone is sent with its key; to a record without key and value it is not', async () => {
    const { origin, letters } = await makePointers([
      { key: 'a', value: null },
      { key: null, value: null },
    ])
    const plan = await planOf(bench, letters)
    expect(plan.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['rehydrated', 'deletes-key', 'origin-empty']),
    )
    expect(plan.ready).toBe(1)
    const replay = await start(bench, plan, { consents: ['deletes-key'] })
    await sendAll(bench, replay.id)
    expect(await copiesOf(origin, 2)).toEqual([whole('a', null)])
  })

  it('whose origin is gone is refused, and fails with words where that went after the plan', async () => {
    const { origin, letters } = await makePointers([
      { key: 'a', value: 'one' },
      { key: 'b', value: 'two' },
      { key: 'c', value: 'three' },
    ])
    await bench.deleteBefore(origin, 1n)
    const plan = await planOf(bench, letters)
    expect(plan.findings).toContainEqual(expect.objectContaining({ code: 'unrecoverable', count: 1 }))
    expect(plan.ready).toBe(2)
    const replay = await start(bench, plan)
    await bench.deleteBefore(origin, 2n)
    await sendAll(bench, replay.id)
    const items = await itemsOf(bench, replay.id)
    expect(items.map(({ outcome }) => outcome)).toEqual(['FAILED', 'SENT'])
    expect(items[0]?.proof).toMatch(/^not sent: its letter lacks what died.*has removed 0@1 of/)
    expect(await copiesOf(origin, 1)).toEqual([whole('c', 'three')])
  })

  it('whose origin was written in a transaction that was aborted is refused with these words', async () => {
    const { origin, letters } = await makePointers([])
    await abortOn(bench, origin, 1)
    await bench.send([
      outgoing(letters, {
        key: null,
        value: null,
        headers: [
          text('__dlq.errors.topic', origin),
          text('__dlq.errors.partition', '0'),
          text('__dlq.errors.offset', '0'),
          text('__dlq.errors.group', 'payments'),
        ],
      }),
    ])
    await vi.waitFor(async () => {
      const { findings } = await planOf(bench, letters)
      expect(findings.find(({ code }) => code === 'unrecoverable')?.sentence).toContain(
        'belongs to a transaction that was aborted',
      )
    }, 10_000)
  })

  it('goes to another topic by the key of the record that died', async () => {
    const { letters } = await makePointers([{ key: 'a', value: 'one' }])
    const target = await bench.makeTopic(`rehydrate-other-${bench.suffix}`, 5)
    const [letter] = await lettersOf(bench, letters)
    const plan = await planOf(bench, letters, { targetTopic: target, letterIds: [letter?.id ?? ''] })
    expect(plan.targets[0]?.partition).toContain('by key')
    const replay = await start(bench, plan)
    await sendAll(bench, replay.id)
    expect(await copiesOf(target, 0)).toEqual([whole('a', 'one')])
  })
})

it('a letter of which the framework dropped the headers gets them back', async () => {
  const { origin, letters } = await makePointers([{ key: 'a', value: 'one' }], true)
  const plan = await planOf(bench, letters)
  expect(plan.findings).toContainEqual(expect.objectContaining({ code: 'headers-restored', count: 1 }))
  const replay = await start(bench, plan)
  await sendAll(bench, replay.id)
  expect(await copiesOf(origin, 1)).toEqual([whole('a', 'one')])
})

describe('a letter that retention has deleted', () => {
  const writtenMs = 1_795_000_000_000n
  /** Letters of Spring with what died at the same offsets of their origin; the letters are deleted up to `before`. */
  const makeDeleted = async (
    messages: readonly { readonly key: string; readonly value: string; readonly diedAs?: string }[],
    before: bigint,
    timestampMs = writtenMs,
  ) => {
    const origin = await bench.makeTopic(`letter-gone-${made++}-${bench.suffix}`, 1)
    const letters = await bench.makeTopic(`${origin}-dlt`, 1)
    await bench.send(messages.map((message) => outgoing(origin, { ...message, headers, timestampMs })))
    await bench.send(
      messages.map(({ key, diedAs = key }, at) =>
        outgoing(letters, {
          key: diedAs,
          value: 'as the retry has left it',
          headers: [
            ...headers,
            text('retried', 'yes'),
            ...springHeaders({ topic: origin, group: 'payments', offset: BigInt(at) }),
          ],
        }),
      ),
    )
    const letterIds = (await lettersOf(bench, letters)).map(({ id }) => id)
    await bench.deleteBefore(letters, before)
    return { origin, letters, letterIds }
  }
  const codesOf = ({ findings }: { findings: readonly { code: string; count: number }[] }) =>
    findings.flatMap(({ code, count }) => (code.startsWith('fix-') ? [] : [[code, count]]))

  it('is sent as the record that died, with a warning that says how many', async () => {
    const { origin, letters, letterIds } = await makeDeleted(
      [
        { key: 'a', value: 'one' },
        { key: 'b', value: 'two' },
        { key: 'c', value: 'three' },
      ],
      2n,
    )
    const plan = await planOf(bench, letters, { letterIds })
    expect(plan).toMatchObject({ ready: 3, total: 3 })
    expect(plan.findings).toContainEqual(
      expect.objectContaining({ code: 'letter-gone', severity: 'warning', count: 2 }),
    )
    const replay = await start(bench, plan)
    await sendAll(bench, replay.id)
    const [first, second, third] = await copiesOf(origin, 3)
    expect([first, second]).toEqual([whole('a', 'one'), whole('b', 'two')])
    expect(third?.value).toBe(bytes(Buffer.from('as the retry has left it')))
    const items = await itemsOf(bench, replay.id)
    expect(items.map(({ outcome }) => outcome)).toEqual(['SENT', 'SENT', 'SENT'])
    const again = await planOf(bench, letters, { letterIds })
    expect(codesOf(again)).toEqual([['being-replayed', 3]])
  })

  it('is refused where the record that died is gone, too, and fails where that went after the plan', async () => {
    const { origin, letters, letterIds } = await makeDeleted(
      [
        { key: 'a', value: 'one' },
        { key: 'b', value: 'two' },
      ],
      2n,
    )
    await bench.deleteBefore(origin, 1n)
    const plan = await planOf(bench, letters, { letterIds })
    expect(plan.ready).toBe(1)
    const refused = plan.findings.find(({ code }) => code === 'expired')
    expect(refused).toMatchObject({ severity: 'refused', count: 1 })
    expect(refused?.sentence).toMatch(/^unrecoverable: .*has removed 0@0 of/)
    const replay = await start(bench, plan)
    await bench.deleteBefore(origin, 2n)
    await sendAll(bench, replay.id)
    const [item] = await itemsOf(bench, replay.id)
    expect(item).toMatchObject({ outcome: 'FAILED' })
    expect(item?.proof).toMatch(/^not sent: its letter is deleted, and the record that died is gone since/)
  })

  it('is refused where another key or another time stands at its origin', async () => {
    const key = await makeDeleted([{ key: 'a', value: 'one', diedAs: 'b' }], 1n)
    const other = await planOf(bench, key.letters, key)
    expect(other.findings.find(({ code }) => code === 'expired')?.sentence).toContain('another key')
    const time = await makeDeleted([{ key: 'a', value: 'one' }], 1n, writtenMs + 1n)
    const later = await planOf(bench, time.letters, time)
    expect(later.findings.find(({ code }) => code === 'expired')?.sentence).toContain('another timestamp')
    expect([other.ready, later.ready]).toEqual([0, 0])
  })
})
