import { describe, expect, it } from 'vitest'
import { explainUnknown, type ReaderFacts, type UnknownFacts } from './explain-unknown.ts'
import type { ProcessSpan } from './judge-processing.ts'

const span: ProcessSpan = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  service: 'payments',
  name: 'process orders',
  group: 'payments',
  status: 'error',
  statusMessage: 'card refused',
  startNs: 1n,
  durationNs: 41_000_000n,
  sentOnTo: null,
}
const reader: ReaderFacts = {
  group: 'payments',
  committed: 88_213n,
  described: { members: 2, state: 'stable', protocol: 'classic' },
  processing: null,
}
const why = (parts: Partial<ReaderFacts> = {}, facts: Partial<UnknownFacts> = {}) =>
  explainUnknown({
    targetTopic: 'orders',
    targetPartition: 3,
    targetOffset: 88_213n,
    groups: ['payments'],
    waiting: [{ ...reader, ...parts }],
    waitedMs: 600_000,
    missing: null,
    ...facts,
  })
const base = 'payments has not committed past it within 10 min: '

describe('that nothing is known of a copy is explained by', () => {
  it('a group that is behind', () => {
    expect(why()).toBe(`${base}it stands at 88,213, the copy at 88,213`)
  })
  it('a group without members, or none of that name', () => {
    expect(why({ described: { members: 0, state: 'empty', protocol: 'classic' } })).toBe(
      `${base}it has no members`,
    )
    expect(why({ described: { members: 0, state: 'dead', protocol: 'classic' } })).toBe(
      `${base}the broker knows no group payments`,
    )
  })
  it('offsets that may be kept outside Kafka', () => {
    expect(why({ committed: null })).toBe(
      `${base}it keeps no offset on orders 3, perhaps it keeps them outside Kafka, and no span of it tells that it processed the copy`,
    )
  })
  it('a span with an error, or one without whose commit never came', () => {
    const failed = { verdict: 'failed', isOfGroup: true, span } as const
    expect(why({ processing: failed })).toBe(
      `${base}its span payments process orders ended with an error (card refused)`,
    )
    const clean = { verdict: 'clean', isOfGroup: true, span: { ...span, status: 'unset' } } as const
    expect(why({ processing: clean })).toMatch(/41 ms, but without a commit it will be delivered again$/)
  })
  it('a share group, whose progress tells nothing', () => {
    expect(why({ described: { members: 2, state: 'stable', protocol: 'share' } })).toContain('share group')
  })
  it('no known group, and an offset that the broker did not tell', () => {
    expect(why({}, { groups: [], waiting: [] })).toBe('sent, but no group is known that reads orders')
    expect(why({}, { targetOffset: null, waiting: [] })).toContain('did not tell at which offset')
  })
  it('a copy that is not there to be read', () => {
    const missing = 'orders partition 3 offset 88213 belongs to a transaction that was aborted.'
    expect(why({}, { missing })).toBe(
      `${base}it stands at 88,213, the copy at 88,213 · the copy can not be read by who reads committed messages: orders partition 3 offset 88213 belongs to a transaction that was aborted`,
    )
  })
  it('each group that is late, by its name', () => {
    const waiting = [reader, { ...reader, group: 'fraud', committed: null }]
    expect(why({}, { groups: ['payments', 'fraud', 'stock'], waiting })).toMatch(
      /^payments and fraud have not committed past it within 10 min: payments stands at .*; fraud keeps no offset/,
    )
  })
})
