import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessageEdge, SpanView } from '#server/contracts/traces.ts'
import { layOutTimeline, placeOnAxis } from './timeline-model.ts'

const span = (id: string, parent: string | null, startNs: number, durationNs = 10, traceId = 't'): SpanView =>
  ({
    traceId,
    spanId: id,
    parentSpanId: parent,
    startNs: String(startNs),
    durationNs: String(durationNs),
  }) as unknown as SpanView
const edge = (producer: string, consumer: string, waitedNs = 5): MessageEdge =>
  ({
    producer,
    consumer,
    topic: 'orders',
    partition: 3,
    offset: '1',
    waitedNs: String(waitedNs),
    by: 'link',
  }) as unknown as MessageEdge
const keys = (spans: readonly SpanView[], edges: readonly MessageEdge[] = []) =>
  layOutTimeline({ spans: [...spans], edges: [...edges], startNs: '0' }).map(
    (row) => `${'>'.repeat(row.depth)}${row.key.replace('t-', '')}`,
  )

describe('a timeline', () => {
  it('stands children under their parent by start time', () => {
    expect(keys([span('c', 'a', 30), span('b', 'a', 20), span('a', null, 0), span('d', 'b', 25)])).toEqual([
      'a',
      '>b',
      '>>d',
      '>c',
    ])
  })
  it('stands a linked consumer under its producer, after its wait in the queue', () => {
    expect(keys([span('send', null, 0), span('process', null, 40)], [edge('send', 'process')])).toEqual([
      'send',
      '>gap 0 process',
      '>process',
    ])
  })
  it('draws no wait where there was none', () => {
    expect(keys([span('send', null, 0), span('process', 'send', 10)], [edge('send', 'process', 0)])).toEqual([
      'send',
      '>process',
    ])
  })
  it('draws every wait of a consumer that took a batch, the longest first, under what it waited for longest', () => {
    const spans = [span('one', null, 0), span('two', null, 5), span('batch', null, 40)]
    expect(keys(spans, [edge('two', 'batch', 30), edge('one', 'batch', 35)])).toEqual([
      'one',
      '>gap 0 batch',
      '>gap 1 batch',
      '>batch',
      'two',
    ])
  })
  it('tells spans of two traces apart that share an id', () => {
    const spans = [span('a', null, 0), span('a', null, 20, 10, 'u'), span('b', 'a', 25, 5, 'u')]
    expect(keys(spans)).toEqual(['a', 'u-a', '>u-b'])
  })
  it('shows every span once, whatever its parents: missing, looping, its own', () => {
    const ids = ['a', 'b', 'c', 'd', 'e']
    const any = fc.array(fc.tuple(fc.constantFrom(...ids, 'missing', null), fc.nat(100)), {
      minLength: 5,
      maxLength: 5,
    })
    const links = fc.array(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...ids)), { maxLength: 5 })
    fc.assert(
      fc.property(any, links, (parents, pairs) => {
        const spans = parents.map(([parent, start], index) => span(ids[index] ?? '', parent, start))
        const rows = layOutTimeline({ spans, edges: pairs.map(([from, to]) => edge(from, to)), startNs: '0' })
        expect(
          rows
            .filter((row) => row.kind === 'span')
            .map((row) => row.key.replace('t-', ''))
            .sort(),
        ).toEqual(ids)
      }),
    )
  })
  it('keeps bars on the axis', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 200 }), fc.nat(100), (from, length) => {
        const { left, width } = placeOnAxis({ from, to: from + length }, 100)
        expect(left).toBeGreaterThanOrEqual(0)
        expect(width).toBeGreaterThan(0)
        expect(left + width).toBeLessThanOrEqual(100.0001)
      }),
    )
  })
})
