import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TopicRow } from '#server/contracts/topics.ts'
import { fitsFilters, matchesName, sortTopicRows, type TopicFacts, topicRowOf } from './topic-rows.ts'

const facts = (more: Partial<TopicFacts> = {}): TopicFacts => ({
  name: 'orders' as TopicFacts['name'],
  kind: 'ordinary',
  partitions: [
    { leader: 1, replicas: [1, 2], inSync: [1, 2] },
    { leader: null, replicas: [2, 1], inSync: [1] },
  ],
  offsets: [
    { start: 5n, end: 9_007_199_254_740_998n },
    { start: 0n, end: 1n },
  ],
  settings: [
    { name: 'cleanup.policy', value: 'compact,delete' },
    { name: 'retention.ms', value: '604800000' },
  ],
  producedPerSecond: 1.5,
  sizeBytes: null,
  lastTimes: [3n, null],
  groups: [
    { group: 'a', lag: 3n, state: 'stable' },
    { group: 'b', lag: 12n, state: 'empty' },
  ],
  ...more,
})

describe('a topic row', () => {
  it('sums partitions exactly and counts those in trouble', () => {
    expect(topicRowOf(facts())).toMatchObject({
      partitions: 2,
      replicationFactor: 2,
      underReplicated: 1,
      offline: 1,
      messages: '9007199254740994',
      messagesAreUpperBound: true,
      retentionMs: '604800000',
      retentionBytes: null,
      lagMessages: '12',
    })
  })

  it('says nothing where nobody told', () => {
    expect(topicRowOf(facts({ offsets: null, settings: null, groups: [] }))).toMatchObject({
      messages: null,
      retentionMs: null,
      cleanupPolicy: '',
      lagMessages: null,
    })
  })
})

describe('who reads a topic', () => {
  it('is not "nobody" where nobody has looked', () => {
    const [unknown, none] = [topicRowOf(facts({ groups: null })), topicRowOf(facts({ groups: [] }))]
    expect([unknown.groups, none.groups]).toEqual([null, []])
    expect([fitsFilters(unknown, 'unread'), fitsFilters(none, 'unread')]).toEqual([false, true])
  })
})

describe('sorting topics', () => {
  const row = fc
    .record({
      name: fc.string({ minLength: 1, maxLength: 5 }),
      messages: fc.option(fc.bigInt({ min: 0n, max: 1n << 63n }).map(String)),
      producedPerSecond: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
    })
    .map((more) => ({ ...topicRowOf(facts()), ...more }) as TopicRow)

  it('keeps all rows, and puts unknown figures last in both directions', () => {
    fc.assert(
      fc.property(
        fc.array(row),
        fc.constantFrom('messages' as const, 'rate' as const),
        fc.boolean(),
        (rows, sort, desc) => {
          const sorted = sortTopicRows(rows, sort, desc)
          expect(new Set(sorted)).toEqual(new Set(rows))
          const known = sorted.map(
            (one) => (sort === 'messages' ? one.messages : one.producedPerSecond) !== null,
          )
          expect(known.lastIndexOf(true)).toBe(known.filter(Boolean).length - 1)
        },
      ),
    )
  })

  it('orders 64-bit counts as numbers', () => {
    const rows = ['9', '10', '9007199254740993', '9007199254740992'].map((messages) => ({
      ...topicRowOf(facts()),
      messages,
    }))
    expect(sortTopicRows(rows, 'messages', true).map(({ messages }) => messages)).toEqual([
      '9007199254740993',
      '9007199254740992',
      '10',
      '9',
    ])
  })
})

describe('the name filter', () => {
  it('wants every word, anywhere, in any case', () => {
    expect(matchesName('shop.Orders-dlt', 'orders DLT')).toBe(true)
    expect(matchesName('shop.orders', 'orders dlt')).toBe(false)
    expect(matchesName('anything', '')).toBe(true)
  })
})
