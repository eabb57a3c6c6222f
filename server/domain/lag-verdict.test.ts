import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LagSample, ratesOf } from './lag-rates.ts'
import { lagVerdict, worstVerdict } from './lag-verdict.ts'

const now = 1_800_000_000_000
/** Samples every 5 s that end now; each is [committed, end], oldest first. */
const series = (pairs: readonly (readonly [number, number])[], more: Partial<LagSample> = {}): LagSample[] =>
  pairs.map(([committed, end], index) => ({
    atMs: now - (pairs.length - 1 - index) * 5_000,
    lag: BigInt(end - committed),
    endSum: BigInt(end),
    committedSum: BigInt(committed),
    members: 2,
    state: 'stable',
    ...more,
  }))
const steps = (count: number, at: (index: number) => readonly [number, number]) =>
  series(Array.from({ length: count }, (_, index) => at(index)))
const judge = (samples: readonly LagSample[], more: { nowMs?: number; memberlessSinceMs?: number } = {}) =>
  lagVerdict({ group: 'inventory', topic: 'stock', samples, nowMs: now, ...more })

describe('the lag verdict', () => {
  it('says that nothing waits when lag is zero', () => {
    expect(judge(steps(20, (i) => [i * 100, i * 100]))).toMatchObject({
      kind: 'keeping-up',
      sentence: 'inventory keeps up with stock: nothing waits',
    })
  })

  it('tells growing lag with its rate and since when', () => {
    const found = judge(steps(25, (i) => [i * 500, i * 1600 + (18_402 - 24 * 1100)]))
    expect(found).toMatchObject({
      kind: 'falling-behind',
      sentence: 'inventory falls behind on stock: lag 18,402, growing 220/s',
    })
    expect(found.lagChangePerSecond).toBeCloseTo(220)
  })

  it('tells shrinking lag with the time until it is done', () => {
    const found = judge(steps(25, (i) => [i * 1600, i * 500 + 24 * 1100 + 18_480]))
    expect(found.kind).toBe('catching-up')
    expect(found.catchUpMs).toBeCloseTo(84_000, -2)
    expect(found.sentence).toBe(
      'inventory catches up on stock: lag 18,480, shrinking 220/s, done in about 1 min 24 s',
    )
  })

  it('calls a group without members and with waiting messages stopped', () => {
    const samples = series(
      Array.from({ length: 20 }, () => [0, 4_210] as const),
      { members: 0, state: 'empty' },
    )
    expect(judge(samples, { memberlessSinceMs: now - 19 * 60_000 })).toMatchObject({
      kind: 'stopped',
      sentence: 'inventory has stopped: no members for 19 min, 4,210 messages waiting on stock',
      sinceMs: now - 19 * 60_000,
    })
    expect(judge(samples).sentence).toContain('no members for at least 1 min 35 s')
  })

  it('sees in the samples when the last member left', () => {
    const samples = [
      ...series([[0, 100]]).map((sample) => ({ ...sample, atMs: now - 60_000 })),
      ...series(
        [
          [0, 100],
          [0, 100],
        ],
        { members: 0, state: 'empty' },
      ),
    ]
    expect(judge(samples)).toMatchObject({ kind: 'stopped', sinceMs: now - 5_000 })
  })

  it('does not call a group stopped whose members could not be asked', () => {
    const samples = series(
      Array.from({ length: 20 }, (_, i) => [i * 100, i * 100 + 5] as const),
      { members: 0, state: 'unknown' },
    )
    expect(judge(samples).kind).toBe('keeping-up')
  })

  it('calls members that make no progress stalled', () => {
    expect(judge(steps(25, (i) => [700, 900 + i * 10]))).toMatchObject({
      kind: 'stalled',
      sentence: 'inventory has stalled on stock: no progress for 2 min, lag 440, growing 2/s',
      sinceMs: now - 120_000,
    })
  })

  it('waits a minute before it calls a pause a stall', () => {
    expect(judge(steps(8, () => [700, 900])).kind).not.toBe('stalled')
  })

  it('does not blame a group for messages that came a moment ago', () => {
    const samples = steps(25, (i) => (i < 24 ? [100, 100] : [100, 103]))
    expect(judge(samples).kind).toBe('keeping-up')
  })

  it('calls large lag that does not shrink staying behind', () => {
    expect(judge(steps(25, (i) => [i * 500, i * 500 + 1_000_000]))).toMatchObject({
      kind: 'falling-behind',
      sentence: 'inventory stays behind on stock: lag 1,000,000, steady',
    })
  })

  it('needs two samples for a rate', () => {
    expect(judge(series([[0, 10]]))).toMatchObject({ kind: 'unknown', lagChangePerSecond: null })
    expect(judge([])).toMatchObject({ kind: 'unknown' })
  })

  it('does not judge by old samples', () => {
    const found = judge(
      steps(25, (i) => [i * 500, i * 1600]),
      { nowMs: now + 12 * 60_000 },
    )
    expect(found).toMatchObject({ kind: 'unknown', sinceMs: now })
    expect(found.sentence).toBe('inventory has not been sampled for 12 min; its lag on stock was 26,400 then')
  })

  it('takes no rate across an offset reset', () => {
    const samples = steps(25, (i) =>
      i < 12 ? [10_000 + i * 100, 10_000 + i * 100] : [i * 100, 10_000 + i * 100],
    )
    const found = judge(samples)
    expect(found.kind).toBe('falling-behind')
    expect(found.lagChangePerSecond).toBeCloseTo(0)
  })

  it('keeps every digit of a large lag', () => {
    const big = 9_007_199_254_740_993n
    const samples = series(
      [
        [0, 0],
        [0, 0],
      ],
      { members: 0, state: 'empty' },
    ).map((sample) => ({ ...sample, lag: big }))
    expect(judge(samples).sentence).toContain('9,007,199,254,740,993 messages')
  })
})

const anySample = fc.record({
  atMs: fc.integer({ min: now - 600_000, max: now }),
  lag: fc.bigInt({ min: 0n, max: 1n << 60n }),
  endSum: fc.bigInt({ min: 0n, max: 1n << 61n }),
  committedSum: fc.bigInt({ min: 0n, max: 1n << 61n }),
  members: fc.nat(5),
  state: fc.constantFrom('stable', 'empty', 'rebalancing', 'unknown', 'dead'),
})
const anySeries = fc
  .array(anySample, { maxLength: 40 })
  .map((samples) => samples.sort((a, b) => a.atMs - b.atMs))

describe('any series of samples', () => {
  it('gets a verdict with finite numbers', () => {
    fc.assert(
      fc.property(anySeries, (samples) => {
        const found = judge(samples)
        expect(found.sentence).not.toMatch(/NaN|Infinity|undefined|null/)
        for (const value of [found.lagChangePerSecond, found.catchUpMs, found.sinceMs])
          expect(value === null || Number.isFinite(value)).toBe(true)
        if (found.kind !== 'catching-up') expect(found.catchUpMs).toBeNull()
        expect(found.sinceMs === null || found.sinceMs <= now).toBe(true)
      }),
    )
  })

  it('is never called keeping up or catching up when nobody is there and messages wait', () => {
    fc.assert(
      fc.property(anySeries, anySample, (samples, last) => {
        const ended = { ...last, atMs: now, lag: last.lag + 1n, members: 0, state: 'empty' }
        expect(judge([...samples, ended]).kind).toBe('stopped')
      }),
    )
  })

  it('has rates that agree: what was produced and not consumed is lag', () => {
    const walk = fc.array(fc.tuple(fc.nat(10_000), fc.nat(10_000)), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(walk, (moves) => {
        let end = 1_000_000_000
        let committed = 0
        const samples = series([
          [committed, end],
          ...moves.map(([produced, consumed]) => {
            end += produced
            committed += consumed
            return [committed, end] as const
          }),
        ])
        const rates = ratesOf(samples)
        if (!rates) throw new Error('there are rates')
        expect(rates.producedPerSecond).toBeGreaterThanOrEqual(0)
        expect(rates.consumedPerSecond).toBeGreaterThanOrEqual(0)
        expect(rates.producedPerSecond - rates.consumedPerSecond).toBeCloseTo(rates.lagChangePerSecond, 6)
      }),
    )
  })

  it('gives a group the most urgent verdict of its topics', () => {
    const of = (kind: 'stopped' | 'keeping-up' | 'stalled') => ({ ...judge([]), kind })
    expect(worstVerdict([of('keeping-up'), of('stopped'), of('stalled')])?.kind).toBe('stopped')
    expect(worstVerdict([])).toBeUndefined()
  })
})
