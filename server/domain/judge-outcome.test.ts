import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Evidence, judgeOutcome } from './judge-outcome.ts'

const timing = { nowMs: 1_000_000, quietMs: 30_000, giveUpMs: 600_000 }
const sent: Evidence = {
  outcome: 'SENT',
  targetOffset: 10n,
  sentAtMs: timing.nowMs - 1_000,
  outcomeAtMs: timing.nowMs - 1_000,
  committed: null,
  retry: null,
  retriesRead: true,
  returned: null,
  processing: { isProcessed: false, hasFailed: false, hasSentOn: false },
  indexedUntilMs: timing.nowMs,
}
const consumedLongAgo: Evidence = {
  ...sent,
  outcome: 'CONSUMED',
  outcomeAtMs: timing.nowMs - 40_000,
  committed: 11n,
}

describe('a copy is', () => {
  it('consumed once the group has committed past it, not at it', () => {
    expect(judgeOutcome({ ...sent, committed: 10n }, timing)).toBeNull()
    expect(judgeOutcome({ ...sent, committed: 11n }, timing)?.outcome).toBe('CONSUMED')
  })
  it('settled only after the quiet period, and only when dead letters were indexed until then', () => {
    expect(judgeOutcome(consumedLongAgo, timing)?.outcome).toBe('SETTLED')
    expect(judgeOutcome({ ...consumedLongAgo, outcomeAtMs: timing.nowMs - 29_000 }, timing)).toBeNull()
    expect(judgeOutcome({ ...consumedLongAgo, indexedUntilMs: timing.nowMs - 20_000 }, timing)).toBeNull()
    expect(judgeOutcome({ ...consumedLongAgo, indexedUntilMs: null }, timing)).toBeNull()
  })
  it('not settled while a retry topic has records that were not looked through', () => {
    expect(judgeOutcome({ ...consumedLongAgo, retriesRead: false }, timing)).toBeNull()
  })
  it('retrying as soon as a retry topic has it, though the group committed past it', () => {
    const retry = { isNew: true, isConsumed: true }
    expect(judgeOutcome({ ...sent, committed: 11n, retry }, timing)?.outcome).toBe('RETRYING')
    expect(judgeOutcome({ ...consumedLongAgo, retry }, timing)?.outcome).toBe('RETRYING')
  })
  it('retrying until it was consumed in its retry topic, and quiet from then on only', () => {
    const retrying: Evidence = { ...consumedLongAgo, outcome: 'RETRYING' }
    expect(judgeOutcome({ ...retrying, retry: { isNew: false, isConsumed: false } }, timing)).toBeNull()
    expect(judgeOutcome({ ...retrying, retry: { isNew: false, isConsumed: true } }, timing)?.outcome).toBe(
      'CONSUMED',
    )
    const never = { ...retrying, outcomeAtMs: 0, retry: { isNew: false, isConsumed: false } }
    expect(judgeOutcome(never, timing)?.outcome).toBe('UNKNOWN')
  })
  it('unknown when nobody read it for long', () => {
    expect(judgeOutcome({ ...sent, sentAtMs: timing.nowMs - 700_000 }, timing)?.outcome).toBe('UNKNOWN')
  })
  it('consumed by a clean span where the group keeps no offset, and settled only when quiet and indexed then', () => {
    const processing = { isProcessed: true, hasFailed: false, hasSentOn: false }
    expect(judgeOutcome({ ...sent, processing }, timing)).toEqual({
      outcome: 'CONSUMED',
      because: 'processed',
    })
    const processed = { ...consumedLongAgo, committed: null, processing }
    expect(judgeOutcome(processed, timing)?.outcome).toBe('SETTLED')
    expect(judgeOutcome({ ...processed, indexedUntilMs: null }, timing)).toBeNull()
  })
  it('unknown and not settled when its span ended with an error, though nothing of it was seen again', () => {
    const processing = { isProcessed: false, hasFailed: true, hasSentOn: false }
    expect(judgeOutcome({ ...consumedLongAgo, processing }, timing)).toEqual({
      outcome: 'UNKNOWN',
      because: 'failed-span',
    })
    expect(judgeOutcome({ ...consumedLongAgo, outcomeAtMs: timing.nowMs - 1_000, processing }, timing)).toBe(
      null,
    )
  })
  it('unknown and not settled when its trace sent something into the chain, though nothing of it was seen again', () => {
    const processing = { isProcessed: true, hasFailed: false, hasSentOn: true }
    expect(judgeOutcome({ ...consumedLongAgo, processing }, timing)).toEqual({
      outcome: 'UNKNOWN',
      because: 'sent-on',
    })
    expect(judgeOutcome({ ...consumedLongAgo, outcomeAtMs: timing.nowMs - 1_000, processing }, timing)).toBe(
      null,
    )
  })
  it('never settled by a span alone', () => {
    const evidence = fc.record({
      outcome: fc.constantFrom('SENT', 'CONSUMED', 'RETRYING'),
      committed: fc.option(fc.bigInt({ min: 0n, max: 20n })),
      outcomeAtMs: fc.integer({ min: timing.nowMs - 60_000, max: timing.nowMs }),
      indexedUntilMs: fc.option(fc.integer({ min: timing.nowMs - 60_000, max: timing.nowMs })),
      retriesRead: fc.boolean(),
      processing: fc.record({ isProcessed: fc.boolean(), hasFailed: fc.boolean(), hasSentOn: fc.boolean() }),
    })
    fc.assert(
      fc.property(evidence, (known) => {
        const all = { ...sent, ...known } as Evidence
        if (judgeOutcome(all, timing)?.outcome !== 'SETTLED') return
        const quietUntilMs = all.outcomeAtMs + timing.quietMs
        expect(all.outcome).toBe('CONSUMED')
        expect(timing.nowMs).toBeGreaterThanOrEqual(quietUntilMs)
        expect(all.indexedUntilMs ?? 0).toBeGreaterThanOrEqual(quietUntilMs)
        expect(all.retriesRead).toBe(true)
        expect(all.processing).toMatchObject({ hasFailed: false, hasSentOn: false })
        // Without its spans it would have been settled as well: they take a step towards consumed, and no other.
        const without = { ...all, processing: { isProcessed: false, hasFailed: false, hasSentOn: false } }
        expect(judgeOutcome(without, timing)?.outcome).toBe('SETTLED')
      }),
    )
  })
  it('returned as soon as it died again, whatever else is known', () => {
    const evidence = fc.record({
      outcome: fc.constantFrom('SENT', 'CONSUMED', 'RETRYING', 'SETTLED'),
      committed: fc.option(fc.bigInt({ min: 0n, max: 20n })),
      outcomeAtMs: fc.integer({ min: 0, max: timing.nowMs }),
    })
    fc.assert(
      fc.property(evidence, (known) => {
        const returned = { errorClass: 'E', sameError: true, topic: 'orders-dlt' }
        expect(judgeOutcome({ ...sent, ...known, returned } as Evidence, timing)?.outcome).toBe('RETURNED')
      }),
    )
  })
})
