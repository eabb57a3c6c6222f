import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deathsPerMinute, isDying } from './death-rate.ts'

describe('deaths a minute', () => {
  it('are taken over the last five minutes', () => {
    expect(deathsPerMinute([90, 10, 10, 10, 10, 20])).toBe(12)
  })
  it('of a failure that began two minutes ago are not diluted by the time before', () => {
    expect(deathsPerMinute([0, 0, 0, 0, 30, 34])).toBe(32)
  })
  it('fall when a failure ends', () => {
    expect(deathsPerMinute([30, 30, 30, 30, 0])).toBe(24)
    expect(deathsPerMinute([30, 30, 30, 0, 0])).toBe(0)
    expect(deathsPerMinute([])).toBe(0)
  })
  it('are never more than the worst minute nor fewer than the plain mean while messages die', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { minLength: 5, maxLength: 60 }), (counts) => {
        const recent = counts.slice(-5)
        fc.pre(isDying(counts))
        const rate = deathsPerMinute(counts)
        expect(rate).toBeLessThanOrEqual(Math.max(...recent))
        expect(rate).toBeGreaterThanOrEqual(recent.reduce((sum, one) => sum + one, 0) / 5)
      }),
    )
  })
})
