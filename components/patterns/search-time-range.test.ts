import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rangeOfSearch, withRange } from './search-time-range.ts'

const nowMs = Date.UTC(2026, 10, 21, 12)

it('a chosen range is written as terms, read back as it was, and leaves the other words alone', () => {
  const atMs = fc.integer({ min: 0, max: 253_402_300_799_999 })
  fc.assert(
    fc.property(atMs, atMs, (sinceMs, untilMs) => {
      const search = withRange('CardDeclined key:order-4711 after:15m', { sinceMs, untilMs })
      expect(rangeOfSearch(search, nowMs)).toEqual({ sinceMs, untilMs })
      expect(withRange(search, null)).toBe('CardDeclined key:order-4711')
    }),
  )
})

it('the narrowest times hold, and a dash turns one round', () => {
  expect(rangeOfSearch('after:2h after:1h -after:15m', nowMs)).toEqual({
    sinceMs: nowMs - 3_600_000,
    untilMs: nowMs - 900_000,
  })
})

it('a search that can not be read has no times and is not changed', () => {
  expect(rangeOfSearch('after:soon', nowMs)).toEqual({})
  expect(withRange('after:soon', { sinceMs: 1 })).toBe('after:soon')
})
