import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nearestSample } from './nearest-sample.ts'

const at = (...times: number[]) => times.map((atMs) => ({ atMs }))

it('is the one before, of two that are equally near', () => {
  expect(nearestSample(at(90, 110), 100, 60)).toEqual({ atMs: 90 })
  expect(nearestSample(at(110, 90), 100, 60)).toEqual({ atMs: 90 })
})

it('is none where all are too far, and never further than another', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 500 })),
      fc.integer({ min: 0, max: 500 }),
      (times, moment) => {
        const found = nearestSample(at(...times), moment, 50)
        const near = times.map((time) => Math.abs(time - moment)).filter((apart) => apart <= 50)
        expect(found === null ? null : Math.abs(found.atMs - moment)).toBe(
          near.length === 0 ? null : Math.min(...near),
        )
      },
    ),
  )
})
