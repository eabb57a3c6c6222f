import { beforeAll, describe, expect, it } from 'vitest'
import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import { openMessage } from '#server/domain/record-body.ts'
import type { Result } from '#server/domain/result.ts'
import type { BrokerAdapter } from '#server/ports/broker.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import { browseBudget } from '#server/ports/call.ts'
import type { FollowStep } from '#server/ports/follow.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { OutgoingMessage, Publisher } from '#server/ports/publisher.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { ScanRequest } from '#server/ports/scan.ts'
import { type CollectedScan, collectScan } from '#server/services/collect-scan.ts'

/** What a suite must be able to do to a broker beside the port: make topics, and commit a group's offsets. */
export type BrokerControls = {
  /** Without settings that say otherwise its messages are kept for ever: those of the suite are of times long past. */
  createTopic(name: string, partitions: number, settings?: Readonly<Record<string, string>>): Promise<void>
  /** Reads a topic from its start to its end as a group of the given protocol and leaves its offsets committed. */
  consumeAll(topic: string, group: string, protocol: 'classic' | 'consumer'): Promise<void>
  deleteRecordsBefore(topic: string, partition: number, offset: bigint): Promise<void>
}

export const expectOk = <T>(result: Result<T, BrokerError>): T => {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.detail}`)
  return result.value
}
const kindOf = (result: Result<unknown, BrokerError>): string => (result.ok ? 'ok' : result.error.kind)
const call = () => ({ signal: AbortSignal.timeout(20_000) })
const text = (value: string): Uint8Array => Buffer.from(value, 'utf8')
const plain = (headers: readonly RawHeader[]) =>
  headers.map(({ name, value }) => [name, value === null ? null : Buffer.from(value).toString('hex')])

/** The suite that every broker adapter passes against its real broker. */
export const describeBrokerContract = (
  name: string,
  make: () => { adapter: BrokerAdapter; controls: BrokerControls },
): void => {
  describe(`${name} keeps the broker contract`, () => {
    const run = Math.random().toString(36).slice(2, 8)
    const topicOf = (what: string) => `contract-${run}-${what}` as TopicName
    let adapter: BrokerAdapter
    let controls: BrokerControls
    let reader: MessageReader
    let publisher: Publisher

    const message = (
      topic: TopicName,
      value: string | null,
      more: Partial<OutgoingMessage> = {},
    ): OutgoingMessage => ({
      topic,
      partition: null,
      key: null,
      value: value === null ? null : text(value),
      headers: [],
      timestampMs: null,
      ...more,
    })
    const collect = (request: Partial<ScanRequest> & Pick<ScanRequest, 'topics'>) =>
      collectScan(reader, { order: 'newest', limit: 50, budget: browseBudget, ...request }, call())
    const newest = async (topic: TopicName, limit: number) =>
      expectOk(await collect({ topics: [{ topic }], limit }))

    beforeAll(() => {
      const made = make()
      adapter = made.adapter
      controls = made.controls
      if (!adapter.messages || !adapter.publisher) throw new Error('the adapter has no reader or publisher')
      reader = adapter.messages
      publisher = adapter.publisher
    })

    it('names its cluster and what it can do', async () => {
      expect(expectOk(await adapter.describe(call())).brokers).toBeGreaterThan(0)
      expect((await adapter.capabilities(call()))['read-messages']).toEqual({ state: 'yes' })
    })

    it('lists topics with partitions, and says of an unknown topic that it does not exist', async () => {
      const topic = topicOf('list')
      await controls.createTopic(topic, 3)
      expect(expectOk(await adapter.topics.find(topic, call())).partitions).toHaveLength(3)
      expect(expectOk(await adapter.topics.list(call())).map((one) => one.name)).toContain(topic)
      expect(kindOf(await adapter.topics.find(topicOf('absent'), call()))).toBe('not-found')
      expect(kindOf(await collect({ topics: [{ topic: topicOf('absent') }] }))).toBe('not-found')
    })

    it('writes and reads a record byte for byte: header order, duplicates, null and binary values, null key and value', async () => {
      const topic = topicOf('bytes')
      await controls.createTopic(topic, 1)
      const headers: RawHeader[] = [
        { name: 'b', value: text('1') },
        { name: 'a', value: null },
        { name: 'b', value: Buffer.from([0, 255, 128]) },
        { name: '', value: new Uint8Array() },
        { name: 'ü', value: text('ü') },
      ]
      const sent = [
        message(topic, 'x', { headers, key: Buffer.from([255, 0]), timestampMs: 1_700_000_000_123n }),
        message(topic, null, { key: text('gone') }),
        message(topic, ''),
      ]
      const placed = expectOk(await publisher.send(sent, call()))
      expect(placed.map(({ offset }) => offset)).toEqual([0n, 1n, 2n])
      const first = expectOk(await reader.readAt(topic, 0, 0n, call()))
      expect(plain(first.headers)).toEqual(plain(headers))
      expect(Buffer.from(first.key ?? [])).toEqual(Buffer.from([255, 0]))
      expect(first.timestampMs).toBe(1_700_000_000_123n)
      const tombstone = expectOk(await reader.readAt(topic, 0, 1n, call()))
      expect([tombstone.value, Buffer.from(tombstone.key ?? []).toString()]).toEqual([null, 'gone'])
      const empty = expectOk(await reader.readAt(topic, 0, 2n, call()))
      expect([empty.key, empty.value?.length]).toEqual([null, 0])
    })

    it('sends nothing once it may not write any more, whatever was asked before', async () => {
      const topic = topicOf('too-late')
      await controls.createTopic(topic, 1)
      const sent = await publisher.send([message(topic, 'late')], { ...call(), mayWrite: () => false })
      expect(sent.ok ? '' : sent.error.detail).toContain('the time in which it may be sent is over')
      expect((await newest(topic, 10)).messages).toEqual([])
      expectOk(await publisher.send([message(topic, 'in time')], { ...call(), mayWrite: () => true }))
      expect((await newest(topic, 10)).messages).toHaveLength(1)
    })

    it('reads the newest over all partitions by timestamp, and goes on from there without loss', async () => {
      const topic = topicOf('newest')
      await controls.createTopic(topic, 4)
      const count = 400
      const sent = Array.from({ length: count }, (_, index) =>
        message(topic, `m${index}`, {
          partition: (index * 7 + (index >> 5)) % 4,
          timestampMs: 1_700_000_000_000n + BigInt(index),
        }),
      )
      expectOk(await publisher.send(sent, call()))
      const names = (messages: readonly RawMessage[]) =>
        messages.map(({ value }) => Buffer.from(value ?? []).toString())
      const expected = Array.from({ length: count }, (_, index) => `m${count - 1 - index}`)
      const page = await newest(topic, 50)
      expect(names(page.messages)).toEqual(expected.slice(0, 50))
      expect(page.stop).toBe('enough')
      const seen = [...names(page.messages)]
      for (let last: CollectedScan = page; seen.length < count; ) {
        const { goOnAt, goOnWith } = last
        last = expectOk(await collect({ topics: [{ topic }], goOnAt, goOnWith }))
        if (last.messages.length === 0) break
        seen.push(...names(last.messages))
      }
      expect(seen).toEqual(expected)
    })

    it('says that its budget ended, not that it has enough, while unread parts may hold newer messages', async () => {
      const topic = topicOf('budget')
      await controls.createTopic(topic, 2)
      const sent = Array.from({ length: 200 }, (_, index) =>
        message(topic, `m${index}`, {
          partition: index % 2,
          key: text(index % 50 === 0 ? 'rare' : 'usual'),
          // The newest stands first: only by reading down to it can one know it.
          timestampMs: 1_700_000_000_000n + BigInt(index === 0 ? 999 : index),
        }),
      )
      expectOk(await publisher.send(sent, call()))
      const short = { ...browseBudget, messages: 1 }
      const page = expectOk(await collect({ topics: [{ topic }], limit: 2, budget: short }))
      expect([page.messages.length, page.stop, page.partitions]).toEqual([2, 'budget', 2])
      const filter = {
        accept: ({ key }: RawMessage) => Buffer.from(key ?? []).toString() === 'rare',
        literals: [text('rare')],
      }
      const search = (limit: number, places: Partial<ScanRequest> = {}) =>
        collect({ topics: [{ topic }], limit, filter, ...places })
      const some = expectOk(await search(3))
      expect(some.messages.map(({ timestampMs }) => Number(timestampMs) % 1000)).toEqual([999, 150, 100])
      expect(some.stop).toBe('enough')
      const { goOnAt, goOnWith } = some
      const rest = expectOk(await search(3, { goOnAt, goOnWith }))
      expect(rest.messages.map(({ timestampMs }) => Number(timestampMs) % 1000)).toEqual([50])
      const all = expectOk(await search(10))
      expect([all.messages.length, all.stop, all.scannedMessages]).toEqual([4, 'end', 200n])
      expect([all.settledMs, all.goOnAt.size]).toEqual([0n, 0])
    })

    it('says why a record is not there: not written yet, deleted by retention', async () => {
      const topic = topicOf('gaps')
      await controls.createTopic(topic, 1)
      expectOk(await publisher.send([message(topic, 'a'), message(topic, 'b'), message(topic, 'c')], call()))
      const future = await reader.readAt(topic, 0, 99n, call())
      expect(future.ok ? '' : future.error.detail).toContain('not written yet')
      await controls.deleteRecordsBefore(topic, 0, 2n)
      const deleted = await reader.readAt(topic, 0, 0n, call())
      expect(deleted.ok ? '' : deleted.error.detail).toContain('deleted by retention')
      expect(kindOf(await reader.readAt(topic, 7, 0n, call()))).toBe('not-found')
      expect((await newest(topic, 10)).messages.map(({ offset }) => offset)).toEqual([2n])
    })

    it('reads forward from an offset in order, to a limit', async () => {
      const topic = topicOf('forward')
      await controls.createTopic(topic, 1)
      expectOk(
        await publisher.send(
          Array.from({ length: 30 }, (_, index) => message(topic, String(index))),
          call(),
        ),
      )
      const part = expectOk(
        await reader.readForward({ topic, partition: 0, from: 5n, limit: 10, budget: browseBudget }, call()),
      )
      expect(part.messages.map(({ offset }) => Number(offset))).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
      expect([part.stop, part.resumeAt.get(0)]).toEqual(['enough', 15n])
      const standing = expectOk(
        await reader.readSealed({ topic, partition: 0, from: 5n, limit: 10, budget: browseBudget }, call()),
      )
      expect({ ...standing, messages: standing.messages.map(openMessage) }).toEqual(part)
      const rest = expectOk(
        await reader.readForward(
          { topic, partition: 0, from: 15n, limit: 100, budget: browseBudget },
          call(),
        ),
      )
      expect([rest.messages.length, rest.stop]).toEqual([15, 'end'])
    })

    it('tells where times stand in each partition, and at the end for a time that nothing has reached', async () => {
      const topic = topicOf('times')
      await controls.createTopic(topic, 2)
      const at = (timestampMs: number, partition: number) =>
        message(topic, 'x', { partition, timestampMs: BigInt(timestampMs) })
      expectOk(await publisher.send([at(1_000, 0), at(2_000, 0), at(3_000, 0), at(2_500, 1)], call()))
      const state = expectOk(await adapter.topics.find(topic, call()))
      const edges = [500n, 2_000n, 2_001n, 9_000n]
      const { partitions, failed } = expectOk(await reader.offsetsByTime([state], edges, call()))
      expect(failed).toEqual([])
      expect(partitions.map(({ partition, offsets, end }) => [partition, offsets, end])).toEqual([
        [0, [0n, 1n, 2n, 3n], 3n],
        [1, [0n, 0n, 0n, 1n], 1n],
      ])
      expect(expectOk(await reader.timeSpan([state], call()))).toEqual({ firstMs: 1_000n, newestMs: 3_000n })
    })

    it('follows a topic from its end, and from where an earlier following stood', async () => {
      const topic = topicOf('followed')
      await controls.createTopic(topic, 2)
      expectOk(await publisher.send([message(topic, 'before')], call()))
      const read = async (from: FollowStep['goOnAt'] | null, send: string, wanted: number) => {
        const steps = reader.follow(
          { topics: [topic], limit: 50, ...(from === null ? {} : { from }) },
          call(),
        )
        await steps.next()
        expectOk(await publisher.send([message(topic, send)], call()))
        const values: string[] = []
        for (;;) {
          const step = await steps.next()
          if (step.done) throw new Error('it ended by itself')
          values.push(...step.value.found.map(({ value }) => Buffer.from(value ?? []).toString()))
          if (values.length < wanted) continue
          await steps.return({ ok: true, value: null })
          return { values, stood: step.value.goOnAt }
        }
      }
      const first = await read(null, 'first', 1)
      expect(first.values).toEqual(['first'])
      expectOk(await publisher.send([message(topic, 'between')], call()))
      expect((await read(first.stood, 'second', 2)).values.toSorted()).toEqual(['between', 'second'])
    })

    it('reads a message of 10 MB, and one larger than allowed is refused by name', async () => {
      const topic = topicOf('large')
      await controls.createTopic(topic, 1, { 'max.message.bytes': String(12 * 1024 * 1024) })
      const large = Buffer.alloc(10 * 1024 * 1024, 'x')
      expectOk(await publisher.send([message(topic, null, { value: large })], call()))
      const page = await newest(topic, 5)
      expect(page.messages[0]?.value?.length).toBe(large.length)
      const small = topicOf('small')
      await controls.createTopic(small, 1, { 'max.message.bytes': '1000' })
      const refused = await publisher.send([message(small, 'y'.repeat(2000))], call())
      expect(refused.ok ? '' : `${refused.error.kind} ${refused.error.detail}`).toMatch(
        /^invalid .*max\.message\.bytes/,
      )
      expectOk(await publisher.send([message(small, 'fits')], call()))
    })

    it('reads large messages of several partitions side by side without losing one', async () => {
      const topic = topicOf('large-many')
      await controls.createTopic(topic, 3, { 'max.message.bytes': String(4 * 1024 * 1024) })
      const value = Buffer.alloc(2 * 1024 * 1024, 'y')
      for (let index = 0; index < 9; index++)
        expectOk(await publisher.send([message(topic, null, { value, partition: index % 3 })], call()))
      const budget = { ...browseBudget, bytes: 64 * 1024 * 1024 }
      const all = expectOk(await collect({ topics: [{ topic }], limit: 9, budget }))
      expect(all.messages).toHaveLength(9)
    })

    it.each(['classic', 'consumer'] as const)(
      'tells the committed offsets of a %s group',
      async (protocol) => {
        const topic = topicOf(`groups-${protocol}`)
        const group = `contract-${run}-${protocol}` as GroupId
        await controls.createTopic(topic, 2)
        expectOk(
          await publisher.send(
            [message(topic, '1', { partition: 0 }), message(topic, '2', { partition: 1 })],
            call(),
          ),
        )
        await controls.consumeAll(topic, group, protocol)
        const { groups } = adapter
        if (!groups) throw new Error('the adapter has no groups')
        const listed = expectOk(await groups.list(call())).find((one) => one.group === group)
        expect(listed?.protocol).toBe(protocol)
        expect(expectOk(await groups.describe([group], call())).get(group)?.state).toBe('empty')
        const committed = expectOk(await groups.committed([group], call())).get(group) ?? []
        expect([...committed].sort((a, b) => a.partition - b.partition)).toEqual([
          { topic, partition: 0, offset: 1n },
          { topic, partition: 1, offset: 1n },
        ])
      },
    )

    it('tells settings and sizes of a topic', async () => {
      const topic = topicOf('settings')
      await controls.createTopic(topic, 1, { 'retention.ms': '123456' })
      const settings = expectOk(await adapter.topics.settings([topic], call())).get(topic) ?? []
      expect(settings.find((one) => one.name === 'retention.ms')).toEqual({
        name: 'retention.ms',
        value: '123456',
        isDefault: false,
      })
      expect(expectOk(await adapter.topics.sizes(call())).has(topic)).toBe(true)
    })

    it('tells replicas on disk and when the newest record of each partition was made', async () => {
      const topic = topicOf('last')
      await controls.createTopic(topic, 2)
      const sent = [
        message(topic, 'newer', { partition: 0, timestampMs: 1_700_000_000_500n }),
        message(topic, 'older', { partition: 0, timestampMs: 1_700_000_000_000n }),
      ]
      expectOk(await publisher.send(sent, call()))
      const state = expectOk(await adapter.topics.find(topic, call()))
      const times = expectOk(await adapter.topics.lastTimes([state], call())).get(topic)
      expect([times?.get(0), times?.get(1)]).toEqual([1_700_000_000_500n, null])
      const replicas = expectOk(await adapter.topics.replicaSizes(state, call()))
      expect(replicas.map(({ partition }) => partition).sort()).toEqual([0, 1])
      expect(replicas.find(({ partition }) => partition === 0)?.bytes).toBeGreaterThan(0n)
    })

    it('gives up at once when the caller does', async () => {
      const topic = topicOf('list')
      const controller = new AbortController()
      controller.abort()
      const startedAt = performance.now()
      expect(kindOf(await adapter.topics.find(topic, { signal: controller.signal }))).toBe('timeout')
      expect(performance.now() - startedAt).toBeLessThan(1_000)
    })
  })
}
