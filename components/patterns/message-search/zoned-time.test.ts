import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromZoned, toZoned } from './zoned-time.ts'

it('what a clock shows leads back to the moment, in every zone', () => {
  const second = fc.integer({ min: 0, max: 4_000_000_000 })
  fc.assert(
    fc.property(second, fc.constantFrom('UTC', 'Asia/Kolkata', 'America/St_Johns'), (at, zone) => {
      const shown = toZoned(at * 1_000, zone)
      expect(toZoned(fromZoned(shown, zone) ?? 0, zone)).toBe(shown)
    }),
  )
  expect(fromZoned('2026-07-01T12:00', 'Europe/Berlin')).toBe(Date.UTC(2026, 6, 1, 10))
  expect(fromZoned('2026-12-01T12:00', 'Europe/Berlin')).toBe(Date.UTC(2026, 11, 1, 11))
  expect(fromZoned('', 'UTC')).toBeNull()
})
