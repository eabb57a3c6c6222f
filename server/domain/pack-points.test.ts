import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packPoints, unpackPoints } from './pack-points.ts'

it('gives the counts back that were packed, and moves them by so many minutes', () => {
  const points = fc.array(fc.oneof(fc.constant(0), fc.nat(50_000_000)), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(points, fc.nat(70), fc.nat(60), (counts, later, fewer) => {
      expect(unpackPoints(packPoints(counts), counts.length)).toEqual(counts)
      const moved = counts.map((_, at) => counts[at + later] ?? 0)
      expect(unpackPoints(packPoints(counts), counts.length, later)).toEqual(moved)
      const newest = Math.min(fewer, counts.length)
      expect(unpackPoints(packPoints(counts), newest, later)).toEqual(moved.slice(counts.length - newest))
    }),
  )
})

it('is empty where there is nothing, and short where there is little', () => {
  expect(packPoints([0, 0, 0])).toBe('')
  expect(packPoints([7, 0, 0, 12])).toBe('3:7 0:12')
  expect(unpackPoints('', 2)).toEqual([0, 0])
})
