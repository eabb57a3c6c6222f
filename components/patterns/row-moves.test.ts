import { expect, test } from 'vitest'
import { moveOfKey, rangeOfKeys } from './row-moves.ts'

test('keys move by row, by page and to the ends, and stay in the list', () => {
  expect(moveOfKey('j', 3, 10, 5)).toBe(4)
  expect(moveOfKey('ArrowUp', 0, 10, 5)).toBe(0)
  expect(moveOfKey('PageDown', 3, 10, 5)).toBe(7)
  expect(moveOfKey('PageDown', 8, 10, 5)).toBe(9)
  expect(moveOfKey('PageUp', 3, 10, 5)).toBe(0)
  expect([moveOfKey('Home', 8, 10, 5), moveOfKey('End', 8, 10, 5)]).toEqual([0, 9])
  expect([moveOfKey('a', 3, 10, 5), moveOfKey('j', 0, 0, 5)]).toEqual([null, null])
})

test('a range holds both its ends, in either direction', () => {
  const keys = ['a', 'b', 'c', 'd']
  expect(rangeOfKeys(keys, 'b', 'd')).toEqual(['b', 'c', 'd'])
  expect(rangeOfKeys(keys, 'd', 'b')).toEqual(['b', 'c', 'd'])
  expect(rangeOfKeys(keys, 'gone', 'c')).toEqual(['c'])
  expect(rangeOfKeys(keys, 'a', 'gone')).toEqual([])
})
