import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sayMoment } from '#server/domain/say-amounts.ts'
import { splitMoments } from './moments-in-text.ts'

const at = Date.UTC(2026, 10, 22, 2, 38, 11)

it('a moment of a proof stands apart from the words around it', () => {
  expect(splitMoments(`consumed by payments by ${sayMoment(at)} (offset 88,213 committed)`)).toEqual([
    { at: null, text: 'consumed by payments by ' },
    { at, text: '2026-11-22 02:38:11 UTC' },
    { at: null, text: ' (offset 88,213 committed)' },
  ])
  expect(splitMoments(`fix-out: v7 went out at ${new Date(at + 204).toISOString()}`)[1]?.at).toBe(at + 204)
})

it('a time without its date, a date alone and what is no moment stay text', () => {
  for (const text of [
    'consumed by payments by 03:03:14 UTC (offset 7 committed)',
    'on 2026-11-22',
    'orders-2026-11-22 02:38:11',
    '2026-13-45 99:99:99 UTC',
  ])
    expect(splitMoments(text)).toEqual([{ at: null, text }])
  expect(splitMoments('')).toEqual([])
})

it('nothing is lost, and every moment that is said is found', () => {
  const piece = fc.oneof(
    fc.string().map((text) => ({ text, at: null })),
    fc
      .integer({ min: 0, max: 4_102_444_800 })
      .map((seconds) => ({ text: ` ${sayMoment(seconds * 1_000)} `, at: seconds * 1_000 })),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const parts = splitMoments(pieces.map(({ text }) => text).join(''))
      expect(parts.map(({ text }) => text).join('')).toBe(pieces.map(({ text }) => text).join(''))
      expect(parts.flatMap((part) => part.at ?? [])).toEqual(pieces.flatMap((one) => one.at ?? []))
    }),
  )
})
