import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatTailCursor, parseTailCursor } from './tail-cursor.ts'

const topic = fc.stringMatching(/^[a-z][a-z0-9.-]{0,40}$/)
const offsets = fc
  .array(fc.option(fc.bigInt({ min: 0n, max: 2n ** 62n })), { maxLength: 12 })
  .map(
    (all) => new Map(all.flatMap((next, partition) => (next === null ? [] : [[partition, next] as const]))),
  )
const places = fc.array(fc.tuple(topic, offsets), { maxLength: 8 }).map((all) => new Map(all))

it('a cursor read again stands where it stood', () => {
  fc.assert(
    fc.property(places, (all) => {
      expect(parseTailCursor(formatTailCursor(all), [...all.keys()])).toEqual(all)
    }),
  )
})

it('of 1,000 partitions fits into an address', () => {
  const many = new Map([
    ['orders', new Map(Array.from({ length: 1_000 }, (_, one) => [one, 10n ** 12n + BigInt(one)]))],
  ])
  expect(formatTailCursor(many).length).toBeLessThan(9_000)
})

it('what is no cursor is none, and never throws', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const read = parseTailCursor(text, ['orders'])
      expect(read === null || read instanceof Map).toBe(true)
    }),
  )
  expect(parseTailCursor('a b', ['orders'])).toBeNull()
  expect(
    parseTailCursor(formatTailCursor(new Map([['orders', new Map([[0, 5n]])]])).slice(0, -1), []),
  ).toBeNull()
})

it('topics that are not followed any more are left out', () => {
  const cursor = formatTailCursor(new Map([['orders', new Map([[0, 5n]])]]))
  expect(parseTailCursor(cursor, ['payments'])).toEqual(new Map())
})
