import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SpanId, TopicName, TraceId } from '#server/contracts/scalars.ts'
import type { SpanView } from '#server/contracts/traces.ts'
import { endNsOf } from './hop-waits.ts'
import { pickRelated } from './join-linked.ts'
import { measureTrace } from './measure-trace.ts'
import { findMessageEdges } from './message-edges.ts'
import { findWaits, totalWaitedNs } from './waits.ts'

const id = (n: number) => n.toString(16).padStart(16, '0') as SpanId
const traceId = 'a'.repeat(32) as TraceId
const span = (n: number, parts: Partial<SpanView>): SpanView => ({
  traceId,
  spanId: id(n),
  parentSpanId: null,
  name: 'work',
  kind: 'internal',
  service: 'shop',
  serviceVersion: null,
  startNs: '0',
  durationNs: '0',
  status: 'unset',
  statusMessage: null,
  attributes: [],
  events: [],
  links: [],
  message: null,
  ...parts,
})
const orders = (partition: number | null, offset: string | null, group: string | null = null) => ({
  topic: 'orders' as TopicName,
  partition,
  offset,
  group,
})
const send = (n: number, parts: Partial<SpanView> = {}) =>
  span(n, { kind: 'producer', startNs: '100', durationNs: '10', message: orders(null, null), ...parts })
const process = (n: number, parts: Partial<SpanView> = {}) =>
  span(n, { kind: 'consumer', startNs: '500', durationNs: '50', message: orders(3, '88213'), ...parts })

describe('a hop from a producing to a consuming span', () => {
  test('is seen where the consumer is a child of the producer', () => {
    expect(findMessageEdges([send(1), process(2, { parentSpanId: id(1) })])).toEqual([
      {
        producer: id(1),
        consumer: id(2),
        producerTraceId: traceId,
        consumerTraceId: traceId,
        topic: 'orders',
        partition: 3,
        offset: '88213',
        waitedNs: '390',
        by: 'parent',
      },
    ])
  })

  test('is seen where the consumer links to the producer, once for each producer of a batch', () => {
    const links = [1, 2, 3].map((n) => ({ traceId, spanId: id(n) }))
    const edges = findMessageEdges([send(1), send(2), send(3), process(9, { links })])
    expect(edges.map(({ producer, by }) => [producer, by])).toEqual([
      [id(1), 'link'],
      [id(2), 'link'],
      [id(3), 'link'],
    ])
  })

  test('is seen where both name the same position, and nothing better ties them', () => {
    const producer = send(1, { message: orders(3, '88213') })
    expect(findMessageEdges([producer, process(2)])[0]?.by).toBe('position')
    expect(findMessageEdges([producer, process(2, { message: orders(3, '88214') })])).toEqual([])
    const linked = process(2, { links: [{ traceId, spanId: id(5) }] })
    expect(findMessageEdges([producer, send(5), linked]).map((edge) => edge.producer)).toEqual([id(5)])
  })

  test('of a batch waits for each message from its own sending on, at its own position', () => {
    const sent = [1, 2].map((n) => send(n, { startNs: String(n * 100), message: orders(n, String(n)) }))
    const links = [1, 2].map((n) => ({ traceId, spanId: id(n) }))
    const edges = findMessageEdges([...sent, process(9, { links, message: orders(2, '2') })])
    expect(edges.map(({ partition, offset, waitedNs }) => [partition, offset, waitedNs])).toEqual([
      [1, '1', '390'],
      [2, '2', '290'],
    ])
  })

  test('is looked for by trace and span id: the same span id in another trace is another span', () => {
    const otherTrace = 'b'.repeat(32) as TraceId
    const stranger = send(1, { traceId: otherTrace, startNs: '0' })
    const own = process(2, { parentSpanId: id(1) })
    expect(findMessageEdges([stranger, own])).toEqual([])
    const linking = process(3, { links: [{ traceId: otherTrace, spanId: id(1) }] })
    const edges = findMessageEdges([send(1), stranger, linking])
    expect(edges.map(({ producerTraceId, by }) => [producerTraceId, by])).toEqual([[otherTrace, 'link']])
    expect(pickRelated([stranger], [process(4, { links: [{ traceId, spanId: id(1) }] })])).toEqual([])
  })

  test('is one hop where parent and link say the same', () => {
    const consumer = process(2, { parentSpanId: id(1), links: [{ traceId, spanId: id(1) }] })
    expect(findMessageEdges([send(1), consumer]).map(({ by }) => by)).toEqual(['parent'])
  })

  test('is not a link to a span that sends nothing, nor a parent that is missing', () => {
    const consumer = process(2, { parentSpanId: id(77), links: [{ traceId, spanId: id(1) }] })
    expect(findMessageEdges([span(1, {}), consumer])).toEqual([])
  })

  test('has no wait below nothing when clocks differ or the broker confirms late', () => {
    const edges = findMessageEdges([send(1, { durationNs: '900' }), process(2, { parentSpanId: id(1) })])
    expect(edges[0]?.waitedNs).toBe('0')
  })
})

test('waits that overlap count once', () => {
  const spans = [
    send(1, { startNs: '0', durationNs: '100' }),
    process(2, { parentSpanId: id(1), startNs: '300' }),
    process(3, { parentSpanId: id(1), startNs: '400' }),
    send(4, { startNs: '900', durationNs: '100' }),
    process(5, { parentSpanId: id(4), startNs: '1500' }),
  ]
  expect(totalWaitedNs(spans, findMessageEdges(spans))).toBe(300n + 500n)
})

describe('the wait of a message that was written again with the context of its first producer', () => {
  const at = (n: number, startNs: number, topic: string, offset: string, group = 'payments') =>
    process(n, {
      parentSpanId: id(1),
      startNs: String(startNs),
      durationNs: '100',
      message: { topic: topic as TopicName, partition: 0, offset, group },
    })
  const first = send(1, { startNs: '0', durationNs: '100' })
  const waitsOf = (spans: SpanView[], copies: Parameters<typeof findMessageEdges>[1] = []) =>
    findMessageEdges([first, ...spans], copies).map((edge) => [
      edge.waitedNs,
      edge.estimated ?? false,
      edge.backoff ?? false,
    ])
  const tries = [
    at(2, 300, 'orders', '7'),
    at(3, 1_400, 'orders-retry-0', '3'),
    at(4, 3_500, 'orders-retry-1', '2'),
  ]

  test('begins when the try before it ended: backoff and queue of each retry topic, none twice', () => {
    expect(waitsOf(tries)).toEqual([
      ['200', false, false],
      ['1000', true, true],
      ['2000', true, true],
    ])
    const spans = [first, ...tries]
    const sum = findWaits(spans, findMessageEdges(spans)).reduce((all, one) => all + BigInt(one.waitedNs), 0n)
    expect(sum).toBe(totalWaitedNs(spans, findMessageEdges(spans)))
  })

  test("of a replay's copy begins at its sending, or else after the last try", () => {
    const copy = at(5, 36_000, 'orders', '90')
    expect(waitsOf([...tries, copy]).at(-1)).toEqual(['32400', true, false])
    const sent = { topic: 'orders', partition: 0, offset: 90n, sentAtNs: 35_900n }
    expect(waitsOf([...tries, copy], [sent]).at(-1)).toEqual(['100', false, false])
  })

  test('of another group that reads the same record begins at the producer', () => {
    expect(waitsOf([at(2, 300, 'orders', '7'), at(3, 900, 'orders', '7', 'fraud')])).toEqual([
      ['200', false, false],
      ['800', false, false],
    ])
  })
})

test('waits are told by topic, those in retry topics apart', () => {
  const retry = { ...orders(null, null), topic: 'orders-retry-0' as TopicName }
  const spans = [
    send(1, { startNs: '0', durationNs: '100' }),
    process(2, { parentSpanId: id(1), startNs: '300', durationNs: '0' }),
    send(3, { parentSpanId: id(2), startNs: '300', durationNs: '0', message: retry }),
    process(4, { parentSpanId: id(3), startNs: '900', message: retry }),
  ]
  expect(findWaits(spans, findMessageEdges(spans))).toEqual([
    { topic: 'orders-retry-0', kind: 'retry', waitedNs: '600', messages: 1 },
    { topic: 'orders', kind: 'queue', waitedNs: '200', messages: 1 },
  ])
})

test('of a batch only the handling of our message joins our trace', () => {
  const ours = [send(1)]
  const poll = span(10, { kind: 'client' })
  const mine = process(11, { parentSpanId: id(10), links: [{ traceId, spanId: id(1) }] })
  const other = process(12, { parentSpanId: id(10), links: [{ traceId, spanId: id(99) }] })
  const caused = span(13, { parentSpanId: id(11) })
  const alsoOther = span(14, { parentSpanId: id(12) })
  expect(pickRelated(ours, [poll, mine, other, caused, alsoOther])).toEqual([poll, mine, caused])
})

const kinds = ['internal', 'server', 'client', 'producer', 'consumer'] as const
/** Any spans at all: parents that are missing or run in circles, links into nothing, times in any order. */
const anySpans = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      parent: fc.option(fc.integer({ min: 0, max: 30 })),
      links: fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 4 }),
      startNs: fc.bigInt({ min: 0n, max: 10n ** 19n / 2n }),
      durationNs: fc.bigInt({ min: 0n, max: 10n ** 12n }),
      offset: fc.option(fc.integer({ min: 0, max: 3 })),
    }),
    { maxLength: 25 },
  )
  .map((rows) =>
    rows.map((row, n) =>
      span(n, {
        kind: row.kind,
        parentSpanId: row.parent === null ? null : id(row.parent),
        links: row.links.map((target) => ({ traceId, spanId: id(target) })),
        startNs: row.startNs.toString(),
        durationNs: row.durationNs.toString(),
        message: row.offset === null ? null : orders(0, String(row.offset)),
      }),
    ),
  )

describe('whatever spans come', () => {
  test('hops join two spans that are there, once, with a wait that is not negative', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const known = new Map(spans.map((one) => [one.spanId, one]))
        const edges = findMessageEdges(spans)
        const pairs = edges.map(({ producer, consumer }) => producer + consumer)
        expect(new Set(pairs).size).toBe(pairs.length)
        for (const edge of edges) {
          expect(edge.producer).not.toBe(edge.consumer)
          const [producer, consumer] = [known.get(edge.producer), known.get(edge.consumer)]
          expect(consumer?.kind).toBe('consumer')
          const gap = BigInt(consumer?.startNs ?? 0) - (producer ? endNsOf(producer) : 0n)
          const longest = gap > 0n ? gap : 0n
          if (edge.estimated) expect(BigInt(edge.waitedNs)).toBeLessThanOrEqual(longest)
          else expect(BigInt(edge.waitedNs)).toBe(longest)
        }
      }),
    )
  })

  test('their order does not matter', () => {
    fc.assert(
      fc.property(
        anySpans.chain((spans) =>
          fc.tuple(fc.constant(spans), fc.shuffledSubarray(spans, { minLength: spans.length })),
        ),
        ([spans, shuffled]) => {
          expect(findMessageEdges(shuffled)).toEqual(findMessageEdges(spans))
        },
      ),
    )
  })

  test('the time waited lies between the longest wait and the sum of waits, and within the trace', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const { edges, waitedNs, durationNs } = measureTrace(spans)
        const waits = edges.map((edge) => BigInt(edge.waitedNs))
        const longest = waits.reduce((a, b) => (b > a ? b : a), 0n)
        const sum = waits.reduce((a, b) => a + b, 0n)
        expect(BigInt(waitedNs)).toBeGreaterThanOrEqual(longest)
        expect(BigInt(waitedNs)).toBeLessThanOrEqual(sum)
        expect(BigInt(waitedNs)).toBeLessThanOrEqual(BigInt(durationNs))
      }),
    )
  })

  test('the waits by topic cover the whole, none is longer than it, and every hop that waited is in one', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const { edges, waits = [], waitedNs } = measureTrace(spans)
        const each = waits.map((wait) => BigInt(wait.waitedNs))
        expect(each.reduce((a, b) => a + b, 0n)).toBeGreaterThanOrEqual(BigInt(waitedNs))
        expect(each.every((one) => one > 0n && one <= BigInt(waitedNs))).toBe(true)
        expect(each).toEqual(each.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)))
        const topics = new Set(waits.map(({ topic }) => topic))
        expect(topics.size).toBe(waits.length)
        expect(edges.every((edge) => edge.waitedNs === '0' || topics.has(edge.topic))).toBe(true)
      }),
    )
  })

  test('what is picked from a linked trace is a part of it and ends', () => {
    fc.assert(
      fc.property(anySpans, anySpans, (told, linked) => {
        const picked = pickRelated(told, linked)
        expect(linked.filter((one) => picked.includes(one))).toEqual(picked)
      }),
    )
  })
})
