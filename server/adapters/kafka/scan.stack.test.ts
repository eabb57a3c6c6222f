import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { inOrderOf, type Placed } from '#server/domain/message-order.ts'
import { formatScanCursor, parseScanCursor } from '#server/domain/scan-cursor.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import type { ScannedSpan, ScanOrder, ScanRequest } from '#server/ports/scan.ts'
import { type CollectedScan, collectScan } from '#server/services/collect-scan.ts'
import { expectOk } from './broker-contract.ts'
import { makeKafkaAdapter } from './make-kafka-adapter.ts'
import { makeRandom, type TimesOf, type Written, wantedOf, writeTopic } from './scan-fixture.ts'

const brokers = inject('brokers')
const run = Math.random().toString(36).slice(2, 8)
const call = () => ({ signal: AbortSignal.timeout(30_000) })
const adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'test', name: 'Test', brokers }))
const reader = adapter.messages as MessageReader
const seed = Number(process.env.SCAN_SEED ?? Math.floor(Math.random() * 1e9))
const startMs = 1_700_000_000_000
const spanMs = 1_000_000

const times: Readonly<Record<string, TimesOf>> = {
  rising: (index) => startMs + index * 100,
  // As producers with clocks of their own and retries write: nearly rising, now and then late, now and then far ahead.
  disordered: (index, random) =>
    random.chance(0.005)
      ? Date.now() + 3_000_000 + random.below(1_000)
      : startMs + index * 100 - (random.chance(0.1) ? random.below(spanMs) : random.below(500)),
  shuffled: (_, random) => startMs + random.below(spanMs),
  alike: (index) => startMs + Math.floor(index / 700) * 10_000,
}
const names = Object.keys(times)
const topicOf = (name: string) => `scan-${run}-${name}` as TopicName

const written: Written[] = []
const text = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString()
const placeOf = ({ topic, partition, offset }: Placed) => `${topic}/${partition}@${offset}`
const placesOf = (all: readonly Placed[]) => all.map(placeOf)

const filters: readonly {
  readonly accept: (value: string) => boolean
  readonly filter?: ScanRequest['filter']
}[] = [
  { accept: () => true },
  {
    accept: (value) => value.startsWith('needle'),
    filter: { accept: ({ value }) => text(value).startsWith('needle'), literals: [Buffer.from('needle')] },
  },
  {
    accept: (value) => value.includes('7'),
    filter: {
      accept: () => true,
      refine: async (messages) => messages.filter(({ value }) => text(value).includes('7')),
    },
  },
]

/** A request of any kind over any of the topics, and what a test knows that it wants. */
const makeCase = (random: ReturnType<typeof makeRandom>, order: ScanOrder) => {
  const chosen = names.filter(() => random.chance(0.5))
  const filter = random.oneOf(filters, { accept: () => true })
  const sinceMs = random.chance(0.3) ? BigInt(startMs + random.below(spanMs)) : undefined
  const untilMs = random.chance(0.3) ? BigInt(startMs + random.below(spanMs)) : undefined
  const least = random.chance(0.3) ? BigInt(random.below(1_000)) : null
  const most = random.chance(0.3) ? BigInt(500 + random.below(2_500)) : null
  const request: ScanRequest = {
    topics: (chosen.length === 0 ? ['shuffled'] : chosen).map((name) => ({
      topic: topicOf(name),
      ...(random.chance(0.3) ? { partitions: [random.below(3)] } : {}),
    })),
    order,
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(least === null && most === null ? {} : { offsets: { least, most } }),
    ...(filter.filter === undefined ? {} : { filter: filter.filter }),
    limit: 1 + random.below(random.chance(0.5) ? 60 : 2_000),
    budget: { messages: 1e9, bytes: 1e9, milliseconds: 30_000 },
  }
  const expected = [...wantedOf(written, request, filter.accept)].sort(inOrderOf(order))
  const said = JSON.stringify(request, (_, value) => (typeof value === 'bigint' ? String(value) : value))
  return { request, expected, said: `seed ${seed}: ${said}` }
}

const holds =
  ({ topic, partition, offset }: Placed) =>
  (span: ScannedSpan): boolean =>
    span.topic === topic && span.partition === partition && offset >= span.from && offset < span.to

/** Goes on from the end of a scan as an address would: by its cursor as text. */
const onFrom = ({ goOnAt, goOnWith }: CollectedScan) => {
  const cursor = parseScanCursor(formatScanCursor({ goOnAt, goOnWith }))
  if (cursor === null) throw new Error('the cursor can not be read')
  return cursor
}

beforeAll(async () => {
  for (const [index, name] of names.entries()) {
    const timeOf = times[name]
    if (timeOf === undefined) continue
    const made = await writeTopic(brokers, topicOf(name), {
      partitions: 3,
      count: 9_000,
      timeOf,
      seed: seed + index,
    })
    for (const one of made) written.push(one)
  }
})
afterAll(() => adapter.dispose())

describe('a scan', () => {
  it('finds the very newest that fit, however the timestamps were written', async () => {
    const random = makeRandom(seed)
    for (let round = 0; round < 40; round++) {
      const { request, expected, said } = makeCase(random, 'newest')
      const found = expectOk(await collectScan(reader, request, call()))
      expect(placesOf(found.messages), said).toEqual(placesOf(expected.slice(0, request.limit)))
      expect(found.stop, said).toBe(expected.length >= request.limit ? 'enough' : 'end')
      expect(found.errors, said).toEqual([])
    }
  })

  it('tells the offsets of each partition that it has looked at, page by page without a gap', async () => {
    const random = makeRandom(seed + 5)
    for (const order of ['newest', 'oldest'] as const)
      for (let round = 0; round < 8; round++) {
        const made = makeCase(random, order)
        const { expected, said } = made
        const request = { ...made.request, limit: 1 + random.below(2_000) }
        const spans: ScannedSpan[] = []
        let scanned = 0n
        let page = expectOk(await collectScan(reader, request, call()))
        for (let pages = 1; ; pages++) {
          spans.push(...page.spans)
          scanned += page.scannedMessages
          for (const one of page.messages)
            expect(spans.some(holds(one)), `${said} ${placeOf(one)}`).toBe(true)
          if (page.goOnAt.size === 0 || pages === 20) break
          page = expectOk(await collectScan(reader, { ...request, ...onFrom(page) }, call()))
        }
        if (page.goOnAt.size > 0) continue
        for (const one of expected) expect(spans.some(holds(one)), `${said} ${placeOf(one)}`).toBe(true)
        const told = spans.reduce((sum, { messages }) => sum + messages, 0n)
        expect(told <= scanned, said).toBe(true)
      }
  })

  it('looked at all offsets and no others when it read all', async () => {
    for (const order of ['newest', 'oldest'] as const) {
      const { spans } = expectOk(
        await collectScan(
          reader,
          {
            topics: [{ topic: topicOf('rising') }],
            order,
            limit: 10,
            filter: { accept: () => false },
            budget: { messages: 1e9, bytes: 1e9, milliseconds: 30_000 },
          },
          call(),
        ),
      )
      const counts = [0, 1, 2].map(
        (partition) =>
          written.filter((one) => one.topic === topicOf('rising') && one.partition === partition).length,
      )
      expect([...spans].sort((a, b) => a.partition - b.partition)).toEqual(
        counts.map((count, partition) => ({
          topic: topicOf('rising'),
          partition,
          from: 0n,
          to: BigInt(count),
          messages: BigInt(count),
        })),
      )
    }
  })

  it('gives page by page what it gives at once, each message once', async () => {
    const random = makeRandom(seed + 1)
    for (let round = 0; round < 15; round++) {
      const { request, expected, said } = makeCase(random, 'newest')
      const seen: string[] = []
      let places: Partial<ScanRequest> = {}
      for (let page = 0; page < 500; page++) {
        const limit = 1 + random.below(Math.max(40, Math.floor(expected.length / 4)))
        const found = expectOk(await collectScan(reader, { ...request, ...places, limit }, call()))
        expect(found.errors, said).toEqual([])
        seen.push(...placesOf(found.messages))
        if (found.goOnAt.size === 0) break
        places = onFrom(found)
      }
      expect(seen, said).toEqual(placesOf(expected))
    }
  })

  it('oldest first gives each message once, each partition in its order, and rising times in order', async () => {
    const random = makeRandom(seed + 2)
    for (let round = 0; round < 20; round++) {
      const { request, expected, said } = makeCase(random, 'oldest')
      const seen: RawMessage[] = []
      let places: Partial<ScanRequest> = {}
      for (let page = 0; page < 500; page++) {
        const limit = 1 + random.below(Math.max(40, Math.floor(expected.length / 4)))
        const found: RawMessage[] = []
        const steps = reader.scan({ ...request, ...places, limit }, call())
        for (;;) {
          const step = await steps.next()
          if (step.done) {
            const end = expectOk(step.value)
            expect(found.length, said).toBeLessThanOrEqual(limit)
            expect(end.errors, said).toEqual([])
            seen.push(...found)
            places = end.goOnAt.size === 0 ? {} : onFrom({ ...end, messages: [] })
            break
          }
          found.push(...step.value.found)
        }
        if (places.goOnAt === undefined) break
      }
      expect(placesOf(seen).toSorted(), said).toEqual(placesOf(expected).toSorted())
      const rising = seen.filter(({ topic }) => topic === topicOf('rising') || topic === topicOf('alike'))
      if (rising.length === seen.length) expect(placesOf(seen), said).toEqual(placesOf(expected))
    }
  })

  it('cut short by its budget goes on where it was, without losing or repeating a message', async () => {
    const random = makeRandom(seed + 3)
    for (let round = 0; round < 16; round++) {
      const { request, expected, said } = makeCase(random, random.chance(0.5) ? 'newest' : 'oldest')
      const limit = random.chance(0.5) ? 100_000 : 300 + request.limit
      const seen: string[] = []
      let places: Partial<ScanRequest> = {}
      for (let page = 0; page < 3_000; page++) {
        const budget = { messages: 500 + random.below(8_000), bytes: 1e9, milliseconds: 30_000 }
        const found = expectOk(await collectScan(reader, { ...request, ...places, limit, budget }, call()))
        expect(found.errors, said).toEqual([])
        seen.push(...placesOf(found.messages))
        if (found.goOnAt.size === 0) break
        places = onFrom(found)
      }
      expect(seen.toSorted(), said).toEqual(placesOf(expected).toSorted())
    }
  })

  it('claims to have covered no more than it has when its budget ends it', async () => {
    let claims = 0
    for (const name of names)
      for (const messages of [500, 2_000, 4_000, 6_000]) {
        const request: ScanRequest = {
          topics: [{ topic: topicOf(name) }],
          order: 'newest',
          limit: 100_000,
          budget: { messages, bytes: 1e9, milliseconds: 30_000 },
        }
        const { coveredMs, messages: found } = expectOk(await collectScan(reader, request, call()))
        const { from } = coveredMs
        if (from === null) continue
        claims += 1
        const since = ({ timestampMs }: Placed) => timestampMs >= from
        const said = `seed ${seed}: ${name} within ${messages} messages, back to ${from}`
        expect(placesOf(found.filter(since)).toSorted(), said).toEqual(
          placesOf(written.filter((one) => one.topic === topicOf(name) && since(one))).toSorted(),
        )
      }
    expect(claims).toBeGreaterThan(0)
  })

  it('tells what is final while it runs, and never takes that back', async () => {
    const random = makeRandom(seed + 4)
    for (let round = 0; round < 12; round++) {
      const { request, expected, said } = makeCase(random, 'newest')
      const limit = 100_000
      const found: Placed[] = []
      for await (const step of reader.scan({ ...request, limit }, call())) {
        found.push(...step.found)
        const { settledMs } = step
        if (settledMs === null) continue
        const before = ({ timestampMs }: Placed) => timestampMs > settledMs
        expect(placesOf(found.filter(before)).toSorted(), said).toEqual(
          placesOf(expected.filter(before)).toSorted(),
        )
      }
    }
  })
})
