import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutReaders } from './lag-rates.ts'
import { firstLoss, type MarginInput, retentionMargin } from './retention-margin.ts'

const nowMs = 1_795_240_000_000
const hourMs = 3_600_000
const input = (change: Partial<MarginInput> = {}): MarginInput => ({
  group: 'payments',
  topic: 'orders',
  lag: 100n,
  oldestUnreadMs: nowMs - hourMs,
  lostMessages: 0n,
  retentionMs: 24 * hourMs,
  rates: { producedPerSecond: 10, consumedPerSecond: 0 },
  nowMs,
  ...change,
})

describe('how long until a group loses data', () => {
  it('is the rest of the retention while nothing is read', () => {
    expect(retentionMargin(input())).toMatchObject({
      lossAtMs: nowMs + 23 * hourMs,
      sentence:
        'at this rate data is lost in 23 h at the earliest: the oldest unread message of orders is 1 h old, the topic keeps 1 d',
    })
  })
  it('is twice that while half of what comes is read', () => {
    expect(retentionMargin(input({ rates: { producedPerSecond: 10, consumedPerSecond: 5 } })).lossAtMs).toBe(
      nowMs + 46 * hourMs,
    )
  })
  it('never comes while as much is read as comes, or when nothing waits, or when nothing is deleted', () => {
    expect(
      retentionMargin(input({ rates: { producedPerSecond: 10, consumedPerSecond: 10 } })).lossAtMs,
    ).toBeNull()
    expect(retentionMargin(input({ lag: 0n }))).toMatchObject({ lossAtMs: null, oldestUnreadMs: null })
    expect(retentionMargin(input({ retentionMs: null })).lossAtMs).toBeNull()
  })
  it('has come when the oldest unread message is older than what the topic keeps', () => {
    expect(retentionMargin(input({ oldestUnreadMs: nowMs - 25 * hourMs })).lossAtMs).toBe(nowMs)
  })
  it('is past when the log begins behind what the group has read', () => {
    const margin = retentionMargin(input({ lostMessages: 1_204n }))
    expect(margin.sentence).toBe('1,204 messages of orders were deleted before payments read them')
    expect(margin.lossAtMs).toBe(nowMs)
  })
  it('says what is not known instead of guessing', () => {
    expect(retentionMargin(input({ retentionMs: undefined }))).toMatchObject({ lossAtMs: null })
    expect(retentionMargin(input({ oldestUnreadMs: null }))).toMatchObject({ lossAtMs: null })
  })
  it('is never before now, and never sooner the more is read', () => {
    fc.assert(
      fc.property(
        fc.nat(100 * hourMs),
        fc.nat(1_000),
        fc.nat(1_000),
        fc.nat(100),
        (ageMs, produced, consumed, more) => {
          const at = (consumedPerSecond: number) =>
            retentionMargin(
              input({
                oldestUnreadMs: nowMs - ageMs,
                rates: { producedPerSecond: produced, consumedPerSecond },
              }),
            ).lossAtMs ?? Number.POSITIVE_INFINITY
          expect(at(consumed)).toBeGreaterThanOrEqual(nowMs)
          expect(at(consumed + more)).toBeGreaterThanOrEqual(at(consumed))
        },
      ),
    )
  })
  it('of a group is that of the topic that loses first', () => {
    const soon = retentionMargin(input())
    const never = retentionMargin(input({ retentionMs: null }))
    const lost = retentionMargin(input({ lostMessages: 1n, lag: 0n }))
    expect(firstLoss([never, soon])).toBe(soon)
    expect(firstLoss([soon, lost, never])).toBe(lost)
    expect(firstLoss([])).toBeNull()
  })
})

it('of a group that has just lost its last member, is no more than what retention leaves', () => {
  const dayMs = 86_400_000
  const rates = { producedPerSecond: 3.2, consumedPerSecond: 2.2, lagChangePerSecond: 1, coveredMs: 120_000 }
  const input = {
    group: 'payments',
    topic: 'orders',
    lag: 10n,
    oldestUnreadMs: 0,
    lostMessages: 0n,
    retentionMs: 7 * dayMs,
  }
  const margin = retentionMargin({ ...input, rates: withoutReaders(rates), nowMs: dayMs })
  expect(margin.lossAtMs).toBe(7 * dayMs)
})
