import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LagVerdict } from '#server/contracts/groups.ts'
import { freshnessLimitsMs, judgeFreshness, type SourceName } from './overview-freshness.ts'
import { makeOverviewMap } from './overview-map.ts'
import { makeSparklines } from './overview-sparklines.ts'
import { type DyingGroupFacts, findTroubles, type TroubleFacts } from './overview-troubles.ts'

const now = 1_800_000_000_000
const fresh = { lastGoodAtMs: now - 1_000, ageMs: 1_000, detail: '', failing: false }
const allFresh = {
  worker: fresh,
  broker: fresh,
  'lag-sampling': fresh,
  'dead-letter-index': fresh,
  'span-intake': fresh,
}
const facts = (more: Partial<TroubleFacts> = {}): TroubleFacts => ({
  nowMs: now,
  connection: { id: 'local', name: 'Local' },
  freshness: judgeFreshness(allFresh),
  broker: fresh,
  wholeLag: fresh,
  registry: null,
  dying: [],
  groups: [],
  flows: [],
  ...more,
})
const dying = (deaths: number[], more: Partial<DyingGroupFacts> = {}): DyingGroupFacts => ({
  id: 'f1',
  consumerGroup: 'payments',
  originTopic: 'orders',
  deadLetterTopics: ['orders-dlt'],
  errorClass: 'CardDeclinedException',
  message: 'card refused by *',
  frame: 'PaymentClient.charge',
  letters: 512,
  firstSeenAtMs: now - 86_400_000,
  lastSeenAtMs: now - 3_000,
  deaths: [...Array.from({ length: 60 - deaths.length }, () => 0), ...deaths],
  settledByReplay: null,
  ...more,
})
const verdict = (kind: LagVerdict['kind']): LagVerdict => ({
  kind,
  sentence: `it is ${kind}`,
  lagChangePerSecond: 220,
  catchUpMs: null,
  sinceMs: now - 60_000,
})
const kinds = (more: Partial<TroubleFacts>) => findTroubles(facts(more)).troubles.map(({ kind }) => kind)

describe('freshness', () => {
  it('is stale past the limit of each source, and when a source never ran', () => {
    for (const source of Object.keys(freshnessLimitsMs) as SourceName[]) {
      const of = (ageMs: number | null) =>
        judgeFreshness({ ...allFresh, [source]: { ...fresh, ageMs } }).find((one) => one.source === source)
      expect(of(freshnessLimitsMs[source])?.stale).toBe(false)
      expect(of(freshnessLimitsMs[source] + 1)?.stale).toBe(true)
      expect(of(null)).toMatchObject({ stale: true, detail: 'has not run yet' })
    }
  })
})

describe('troubles', () => {
  it('are none when everything is fresh and well', () => {
    expect(kinds({})).toEqual([])
  })

  it('are never none when any source is stale', () => {
    fc.assert(
      fc.property(fc.subarray(Object.keys(allFresh) as SourceName[], { minLength: 1 }), (stale) => {
        const states = {
          ...allFresh,
          ...Object.fromEntries(stale.map((name) => [name, { ...fresh, ageMs: 999_999 }])),
        }
        const broker = stale.includes('broker') ? { ...fresh, ageMs: 999_999, failing: true } : fresh
        expect(kinds({ freshness: judgeFreshness(states), broker }).length).toBeGreaterThan(0)
      }),
    )
  })

  it('lead with the missing worker, and do not repeat it for every source', () => {
    const { troubles } = findTroubles(facts({ freshness: judgeFreshness({}), dying: [dying([5])] }))
    expect(troubles[0]).toMatchObject({ kind: 'not-checked', title: 'Not checked: no worker' })
    expect(troubles.filter(({ kind }) => kind === 'not-checked')).toHaveLength(1)
  })

  it('are never none when fresh rounds leave something out, and say what since when', () => {
    const wholeLag = {
      ...fresh,
      ageMs: 60_000,
      lastGoodAtMs: now - 60_000,
      failing: true,
      detail: 'orders left out',
    }
    expect(findTroubles(facts({ wholeLag })).troubles).toMatchObject([
      {
        kind: 'not-checked',
        title: 'Not fully checked: consumer lag',
        cause: 'orders left out',
        sinceMs: now - 60_000,
      },
    ])
    const stale = judgeFreshness({ ...allFresh, 'lag-sampling': { ...fresh, ageMs: 60_000 } })
    expect(findTroubles(facts({ wholeLag, freshness: stale })).troubles.map(({ title }) => title)).toEqual([
      'Not checked: consumer lag',
    ])
  })

  it('tell of a broker once, not also of the sampling that waits for it', () => {
    const gone = { ...fresh, ageMs: 60_000, failing: true, detail: 'connection refused' }
    const freshness = judgeFreshness({
      ...allFresh,
      broker: gone,
      'lag-sampling': gone,
      'dead-letter-index': gone,
    })
    expect(kinds({ freshness, broker: gone })).toEqual(['broker-unreachable'])
  })

  it('name a growing failure group with its cause, rate and the start of this burst', () => {
    expect(findTroubles(facts({ dying: [dying([30, 40, 38, 38, 38, 38, 38])] })).troubles[0]).toMatchObject({
      severity: 'critical',
      title: 'payments keeps failing on orders',
      cause: 'CardDeclinedException at PaymentClient.charge: card refused by *',
      numbers: '512 dead letters, 38/min and growing',
      sinceMs: now - 7 * 60_000,
    })
  })

  it('calm down when deaths have ended', () => {
    expect(
      findTroubles(facts({ dying: [dying([9, 0, 0, 0, 0, 0, 0, 0], { lastSeenAtMs: now - 420_000 })] }))
        .troubles[0],
    ).toMatchObject({ severity: 'warning', numbers: '512 dead letters, none for 7 min' })
  })

  it('calm down two minutes after the last death', () => {
    const ended = dying([10, 40, 39, 0, 0, 0], { letters: 89, lastSeenAtMs: now - 215_000 })
    expect(findTroubles(facts({ dying: [ended] })).troubles[0]).toMatchObject({
      severity: 'warning',
      title: 'payments failed on orders',
      numbers: '89 dead letters, none for 3 min 35 s',
    })
    const slowing = dying([10, 40, 39, 2], { letters: 91 })
    expect(findTroubles(facts({ dying: [slowing] })).troubles[0]?.numbers).toBe('91 dead letters, 23/min')
  })

  it('are only a note, without colours, when replays have settled every letter', () => {
    const settled = dying([89, 0, 0, 0], { letters: 89, lastSeenAtMs: now - 215_000, settledByReplay: 1 })
    const { troubles, colours } = findTroubles(facts({ dying: [settled] }))
    expect(troubles[0]).toMatchObject({
      severity: 'info',
      title: 'payments failed on orders',
      numbers: '89 dead letters, all settled by replay #1',
    })
    expect(colours[0]).toMatchObject({ topics: [], readers: [] })
  })

  it('tell only of groups that need somebody', () => {
    const all = ['keeping-up', 'catching-up', 'unknown', 'falling-behind', 'stalled', 'stopped'] as const
    const groups = all.map((kind) => ({ group: kind, topic: 'stock', lag: 18_402n, verdict: verdict(kind) }))
    const { troubles } = findTroubles(facts({ groups }))
    expect(troubles.map(({ kind }) => kind).sort()).toEqual([
      'group-behind',
      'group-stalled',
      'group-stopped',
    ])
    expect(troubles.at(-1)?.numbers).toBe('lag 18,402, growing 220/s')
  })

  it('tell of errors in traces only where no failure group does', () => {
    const flows = [
      { service: 'payments', topic: null, kind: 'other' as const, spans: 100, errors: 20, contextless: 0 },
    ]
    expect(kinds({ flows })).toEqual(['errors-in-traces'])
    expect(kinds({ flows, dying: [dying([5])] })).toEqual(['failure-group'])
  })

  it('notice consumers whose messages carry no trace context', () => {
    const flow = { topic: 'stock', spans: 40, errors: 0, contextless: 0 }
    const flows = [
      { ...flow, service: 'orders', kind: 'producer' as const },
      { ...flow, service: 'inventory', kind: 'consumer' as const, contextless: 39 },
    ]
    expect(findTroubles(facts({ flows })).troubles[0]).toMatchObject({
      kind: 'propagation-lost',
      severity: 'warning',
      title: 'Traces end at stock',
      numbers: '39 of 40 messages without context in the last 10 minutes',
    })
  })
})

describe('the map', () => {
  const flow = { topic: 'orders', group: null, perMinute: 12 }
  it('draws services and topics from spans, groups without spans beside them, and colours trouble', () => {
    const map = makeOverviewMap({
      flows: [
        { ...flow, service: 'shop', kind: 'producer' },
        { ...flow, service: 'payment-service', kind: 'consumer', group: 'payments' },
      ],
      groups: [
        { group: 'payments', topic: 'orders', perMinute: 11 },
        { group: 'fraud', topic: 'orders', perMinute: 3 },
      ],
      colours: [
        { severity: 'warning', topics: ['orders'], readers: [] },
        { severity: 'critical', topics: ['orders'], readers: ['payments'] },
      ],
    })
    expect(map.edges).toEqual([
      { from: 'service:shop', to: 'topic:orders', perMinute: 12 },
      { from: 'topic:orders', to: 'service:payment-service', perMinute: 11 },
      { from: 'topic:orders', to: 'service:fraud', perMinute: 3 },
    ])
    const colour = Object.fromEntries(map.nodes.map(({ name, trouble }) => [name, trouble]))
    expect(colour).toEqual({ shop: null, orders: 'critical', 'payment-service': 'critical', fraud: null })
  })
})

describe('the map without group names in spans', () => {
  it('knows a group by the name of its service, on topics that the service reads', () => {
    const map = makeOverviewMap({
      flows: [{ service: 'payments', topic: 'orders-retry-0', kind: 'consumer', group: null, perMinute: 2 }],
      groups: [
        { group: 'payments-retry', topic: 'orders-retry-0', perMinute: 36 },
        { group: 'payments-audit', topic: 'refunds', perMinute: 1 },
      ],
      colours: [{ severity: 'warning', topics: [], readers: ['payments-retry'] }],
    })
    expect(map.edges).toEqual([
      { from: 'topic:orders-retry-0', to: 'service:payments', perMinute: 36 },
      { from: 'topic:refunds', to: 'service:payments-audit', perMinute: 1 },
    ])
    expect(map.nodes.find(({ name }) => name === 'payments')?.trouble).toBe('warning')
  })
})

describe('sparklines', () => {
  const round = (agoMs: number, sum: bigint, series = 3) => ({
    atMs: now - agoMs,
    sum,
    series,
    lag: sum / 100n,
  })
  const lines = (totals: ReturnType<typeof round>[]) =>
    Object.fromEntries(
      makeSparklines({
        nowMs: now,
        lagTotals: totals,
        endTotals: totals,
        deaths: [Array.from({ length: 60 }, (_, index) => (index === 59 ? 2 : 0))],
      }).map(({ name, points }) => [name, points]),
    )

  it('have 60 points each, rates a second, and gaps where nobody looked', () => {
    const found = lines([round(185_000, 0n), round(125_000, 600n), round(5_000, 1_200n)])
    for (const points of Object.values(found)) expect(points).toHaveLength(60)
    expect(found.produced?.slice(-4)).toEqual([null, 10, null, null])
    expect(found.lag?.slice(-4)).toEqual([0, 6, null, 12])
    expect(found.deaths?.slice(-2)).toEqual([0, 2])
  })

  it('show no jump when groups come or go, and none when offsets go back', () => {
    expect(lines([round(65_000, 0n), round(5_000, 600n, 4)]).consumed?.at(-1)).toBeNull()
    expect(lines([round(65_000, 600n), round(5_000, 0n)]).consumed?.at(-1)).toBeNull()
  })
})
