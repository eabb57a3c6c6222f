import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packIds, unpackIds } from './id-ranges.ts'

it('packs ids that follow each other, and unpacks what it has packed', () => {
  expect(packIds([9n, 3n, 1n, 2n])).toEqual(['1-3', '9'])
  expect(unpackIds(['5', '1-3'])).toEqual([5n, 1n, 2n, 3n])
  const ids = fc.array(fc.bigInt({ min: 1n, max: 60n }))
  fc.assert(
    fc.property(ids, (list) => {
      const sorted = [...new Set(list)].sort((a, b) => (a < b ? -1 : 1))
      expect(unpackIds(packIds(list))).toEqual(sorted)
    }),
  )
})
