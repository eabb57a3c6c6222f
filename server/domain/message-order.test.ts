import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inOrderOf, keepFirst } from './message-order.ts'

const place = fc.record({
  topic: fc.constantFrom('a', 'b'),
  partition: fc.nat(2),
  offset: fc.bigInt({ min: 0n, max: 50n }),
  timestampMs: fc.bigInt({ min: 0n, max: 20n }),
})
const pieces = fc.array(fc.array(place, { maxLength: 12 }), { maxLength: 6 })

it('piece by piece the first few are kept, in order, and all others fall off once', () => {
  fc.assert(
    fc.property(
      pieces,
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom('newest', 'oldest'),
      (all, most, order) => {
        const compare = inOrderOf(order as 'newest' | 'oldest')
        const kept: (typeof all)[number] = []
        const fallen = all.flatMap((piece) => [...keepFirst(kept, piece, compare, most)])
        const sorted = all.flat().sort(compare)
        const isSame = (one: (typeof all)[number], other: (typeof all)[number]) =>
          one.length === other.length && one.every((item, index) => compare(item, other[index] ?? item) === 0)
        expect(isSame(kept, sorted.slice(0, most))).toBe(true)
        expect(isSame([...kept, ...fallen.sort(compare)], sorted)).toBe(true)
      },
    ),
  )
})
