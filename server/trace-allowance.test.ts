import fc from 'fast-check'
import { expect, it } from 'vitest'
import { makeAllowance } from './trace-allowance.ts'

it('keeps a burst whole and of what repeats every second six a minute', () => {
  const isAllowed = makeAllowance(6)
  const seconds = Array.from({ length: 3_600 }, (_, second) => isAllowed('step', second * 1_000))
  expect(seconds.slice(0, 20).every(Boolean)).toBe(true)
  expect(seconds.filter(Boolean).length).toBe(20 + 6 * 60 - 1)
  expect(isAllowed('another name', 0)).toBe(true)
})

it('never keeps more than the burst and the rate allow, whenever they come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 60_000 })),
      fc.integer({ min: 1, max: 600 }),
      (gaps, rate) => {
        const isAllowed = makeAllowance(rate)
        let nowMs = 0
        let kept = 0
        for (const gap of gaps) {
          nowMs += gap
          if (isAllowed('x', nowMs)) kept++
        }
        expect(kept).toBeLessThanOrEqual(20 + (nowMs * rate) / 60_000 + 1)
      },
    ),
  )
})
