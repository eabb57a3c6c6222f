import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foreseeExpiry } from './foresee-expiry.ts'

const time = fc.integer({ min: 0, max: 1_000 })
const letters = fc.array(fc.record({ diedMs: time, writtenMs: time }), { minLength: 1, maxLength: 8 })

test('what is foreseen of a group is what its letters tell one by one, and no message is promised for longer', () => {
  fc.assert(
    fc.property(letters, time, time, time, fc.boolean(), (all, letterMs, originMs, nowMs, isPointer) => {
      const least = (ends: (one: { diedMs: number; writtenMs: number }) => number) =>
        Math.min(...all.map(ends))
      const letter = least(({ diedMs }) => diedMs + letterMs)
      const origin = least(({ writtenMs }) => writtenMs + originMs)
      const ages = {
        oldestAtMs: letter - letterMs,
        oldestOriginAtMs: origin - originMs,
        allTellOrigin: true,
        isPointer,
      }
      const found = foreseeExpiry(ages, letterMs, originMs, nowMs)
      expect(found.letter).toBe(letter > nowMs ? letter : null)
      expect(found.origin).toBe(origin > nowMs ? origin : null)
      if (isPointer)
        expect(found.message).toBe(letter > nowMs && origin > nowMs ? Math.min(letter, origin) : null)
      else if (letter > nowMs) {
        const lost = least(({ diedMs, writtenMs }) => Math.max(diedMs + letterMs, writtenMs + originMs))
        expect(found.message).toBeGreaterThanOrEqual(letter)
        expect(found.message).toBeLessThanOrEqual(lost)
        const isInOrder = all.every((one) =>
          all.every((other) => (one.diedMs - other.diedMs) * (one.writtenMs - other.writtenMs) >= 0),
        )
        if (isInOrder) expect(found.message).toBe(lost)
      } else expect(found.message).toBeNull()
    }),
  )
})

test('nothing is foreseen of what is not known, or kept for ever', () => {
  const ages = { oldestAtMs: 10, oldestOriginAtMs: null, allTellOrigin: true, isPointer: false }
  expect(foreseeExpiry(ages, 100, 100, 50)).toEqual({ letter: 110, origin: null, message: null })
  expect(foreseeExpiry({ ...ages, oldestAtMs: null }, 100, 100, 50).letter).toBeNull()
  expect(foreseeExpiry({ ...ages, oldestOriginAtMs: 5 }, null, 100, 50)).toEqual({
    letter: null,
    origin: 105,
    message: null,
  })
  const untold = { ...ages, oldestOriginAtMs: 5, allTellOrigin: false }
  expect(foreseeExpiry(untold, 100, 100, 50).message).toBeNull()
})
