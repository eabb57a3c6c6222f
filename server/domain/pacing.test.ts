import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchLimits, nextFreeAt, takesMs } from './pacing.ts'

const pace = fc.record({
  copiesPerSecond: fc.integer({ min: 1, max: 10_000 }),
  bytesPerSecond: fc.option(fc.integer({ min: 1_000, max: 100_000_000 })),
})
const batch = fc.record({
  copies: fc.integer({ min: 1, max: 1_000 }),
  bytes: fc.integer({ min: 1, max: 8_000_000 }),
  /** How late the sender comes back, in milliseconds. */
  lateMs: fc.integer({ min: 0, max: 2_000 }),
})

describe('a pace', () => {
  it('over any stretch of time lets through no more than rate × time and one batch', () => {
    fc.assert(
      fc.property(pace, fc.array(batch, { minLength: 2, maxLength: 30 }), (limits, batches) => {
        let freeAt = 0
        const sent = batches.map(({ lateMs, ...one }) => {
          const at = freeAt + lateMs
          freeAt = nextFreeAt(limits, freeAt, at, one)
          return { ...one, at }
        })
        for (const [from, first] of sent.entries())
          for (const [until, last] of sent.slice(from).entries()) {
            const seconds = (last.at - first.at) / 1_000
            const within = sent.slice(from, from + until + 1)
            const copies = within.reduce((sum, one) => sum + one.copies, 0)
            const bytes = within.reduce((sum, one) => sum + one.bytes, 0)
            expect(copies).toBeLessThanOrEqual(limits.copiesPerSecond * seconds + last.copies + 1e-6)
            if (limits.bytesPerSecond !== null)
              expect(bytes).toBeLessThanOrEqual(limits.bytesPerSecond * seconds + last.bytes + 1e-3)
          }
      }),
    )
  })

  it('is kept to: who comes back in time sends as much as it allows', () => {
    const limits = { copiesPerSecond: 50, bytesPerSecond: 10_000 }
    expect(takesMs(limits, { copies: 10, bytes: 100 })).toBe(200)
    expect(takesMs(limits, { copies: 10, bytes: 5_000 })).toBe(500)
    expect(nextFreeAt(limits, 1_000, 900, { copies: 10, bytes: 100 })).toBe(1_200)
    expect(nextFreeAt(limits, 1_000, 1_900, { copies: 10, bytes: 100 })).toBe(2_100)
  })

  it('has batches of a fifth of a second, of one copy at least', () => {
    const most = { copies: 1_000, bytes: 8_000_000 }
    expect(batchLimits({ copiesPerSecond: 50, bytesPerSecond: null }, most, null)).toEqual({
      copies: 10,
      bytes: 8_000_000,
    })
    expect(batchLimits({ copiesPerSecond: 1, bytesPerSecond: 1_000 }, most, 150)).toEqual({
      copies: 1,
      bytes: 200,
    })
    expect(batchLimits({ copiesPerSecond: 10_000, bytesPerSecond: 1 }, most, null)).toEqual({
      copies: 1_000,
      bytes: 1,
    })
  })
  it('has batches of as long as the last took to be sent, up to two seconds: far from its brokers it is kept, too', () => {
    const most = { copies: 1_000, bytes: 8_000_000 }
    const limits = { copiesPerSecond: 50, bytesPerSecond: 1_000 }
    expect(batchLimits(limits, most, 700)).toEqual({ copies: 35, bytes: 700 })
    expect(batchLimits(limits, most, 30_000)).toEqual({ copies: 100, bytes: 2_000 })
    expect(batchLimits({ ...limits, copiesPerSecond: 5_000 }, most, 700).copies).toBe(1_000)
  })
})
