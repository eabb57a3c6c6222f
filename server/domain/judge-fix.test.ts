import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FixFacts, judgeFix } from './judge-fix.ts'

const nowMs = 1_795_000_000_000
const hourMs = 3_600_000
const quiet: FixFacts = {
  nowMs,
  mark: { atMs: nowMs - hourMs, text: 'payments 1.0.2' },
  deathsSince: 0,
  lastDeathMs: nowMs - 2 * hourMs,
  before: { deaths: 240, ms: 24 * hourMs },
  isIndexed: true,
  consumer: { kind: 'keeping-up', sentence: 'payments keeps up' },
  copies: { settled: 0, returned: 0, returnedOtherwise: 0 },
}

describe('a failure', () => {
  it('without any mark is asked about, not judged', () => {
    expect(judgeFix({ ...quiet, mark: null })).toMatchObject({
      verdict: 'no-mark',
      sentence: expect.stringContaining('When did the fix go out?'),
    })
  })
  it('looks fixed when none died for as long as ten would have', () => {
    const { verdict, points } = judgeFix(quiet)
    expect(verdict).toBe('quiet')
    expect(points[0]).toMatchObject({
      holds: true,
      text: 'No death since payments 1.0.2, 1 h ago; at the rate before it would have been 10.',
    })
  })
  it('is not fixed when one died since', () => {
    expect(judgeFix({ ...quiet, deathsSince: 1, lastDeathMs: nowMs - 60_000 })).toMatchObject({
      verdict: 'still-dying',
      points: [{ holds: false, text: '1 death since payments 1.0.2, the last 1 min ago.' }, {}, {}],
    })
  })
  it('that was rare is too early to judge, and says when it will not be', () => {
    expect(judgeFix({ ...quiet, before: { deaths: 24, ms: 24 * hourMs } })).toMatchObject({
      verdict: 'too-early',
      sentence: expect.stringContaining('silence means something in 2 h'),
    })
  })
  it('is not known to be fixed while nobody reads or the index is behind', () => {
    expect(judgeFix({ ...quiet, isIndexed: false }).verdict).toBe('unknown')
    expect(judgeFix({ ...quiet, consumer: { kind: 'stopped', sentence: 'none reads' } }).verdict).toBe(
      'unknown',
    )
  })
  it('looks fixed when replayed letters settled, and not when one returned', () => {
    const rare = { ...quiet, before: { deaths: 1, ms: 24 * hourMs } }
    expect(judgeFix({ ...rare, copies: { settled: 20, returned: 0, returnedOtherwise: 0 } }).verdict).toBe(
      'quiet',
    )
    expect(judgeFix({ ...rare, copies: { settled: 20, returned: 1, returnedOtherwise: 0 } }).verdict).toBe(
      'still-dying',
    )
  })
  it('is not told to die still by letters that return with another error', () => {
    const rare = { ...quiet, before: { deaths: 1, ms: 24 * hourMs } }
    const { verdict, sentence, points } = judgeFix({
      ...rare,
      copies: { settled: 0, returned: 0, returnedOtherwise: 3 },
    })
    expect(verdict).toBe('unknown')
    expect(sentence).toContain('die of another error now')
    expect(points.at(-1)).toMatchObject({
      holds: null,
      text: 'Of its letters replayed since payments 1.0.2 0 settled, 0 returned with this error and 3 with another.',
    })
    expect(judgeFix({ ...rare, copies: { settled: 2, returned: 0, returnedOtherwise: 3 } })).toMatchObject({
      verdict: 'quiet',
      sentence: expect.stringContaining('3 returned with another error'),
    })
    expect(judgeFix({ ...rare, copies: { settled: 2, returned: 1, returnedOtherwise: 3 } }).verdict).toBe(
      'still-dying',
    )
  })
})

it('never looks fixed with a death or a returned copy since, without an index, a reader or a mark', () => {
  const facts = fc.record({
    nowMs: fc.constant(nowMs),
    mark: fc.option(fc.record({ atMs: fc.integer({ min: 0, max: nowMs + hourMs }), text: fc.constant('x') })),
    deathsSince: fc.nat(3),
    lastDeathMs: fc.integer({ min: 0, max: nowMs }),
    before: fc.record({ deaths: fc.nat(1_000), ms: fc.nat(24 * hourMs) }),
    isIndexed: fc.boolean(),
    consumer: fc.option(
      fc.record({
        kind: fc.constantFrom('keeping-up', 'stalled', 'stopped', 'unknown'),
        sentence: fc.constant('s'),
      }),
    ),
    copies: fc.record({ settled: fc.nat(3), returned: fc.nat(1), returnedOtherwise: fc.nat(2) }),
  })
  fc.assert(
    fc.property(facts, (one) => {
      const { verdict, points, sentence } = judgeFix(one)
      expect(`${sentence} ${points.map(({ text }) => text).join(' ')}`).not.toMatch(/NaN|Infinity|undefined/)
      if (verdict !== 'quiet') return
      expect(one.mark).not.toBeNull()
      expect(one.deathsSince + one.copies.returned).toBe(0)
      expect(one.isIndexed).toBe(true)
      expect(['stalled', 'stopped']).not.toContain(one.consumer?.kind)
    }),
  )
})
