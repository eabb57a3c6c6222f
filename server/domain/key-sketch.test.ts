import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addKeys, countKeys, emptySketch, exactKeys } from './key-sketch.ts'

it('counts few keys exactly, in whatever order and however often they come', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: exactKeys }), fc.nat({ max: 50 }), (keys, cut) => {
      const expected = { count: new Set(keys).size, isExact: true }
      const once = addKeys(emptySketch, keys)
      expect(countKeys(once)).toEqual(expected)
      const inParts = addKeys(addKeys(emptySketch, keys.slice(cut).reverse()), keys.slice(0, cut))
      expect(countKeys(inParts)).toEqual(expected)
      expect(addKeys(once, keys)).toBe(once)
    }),
  )
})

it.each([257, 1_000, 5_000, 12_000, 100_000, 1_000_000])('estimates %i keys within 4 %%', (count) => {
  const keys = function* () {
    for (let at = 0; at < count; at++) yield `order-${at}`
  }
  const sketch = addKeys(emptySketch, keys())
  expect(sketch.length).toBeLessThanOrEqual(4_097)
  const { count: counted, isExact } = countKeys(sketch)
  expect(isExact).toBe(false)
  expect(Math.abs(counted - count) / count).toBeLessThan(0.04)
  expect(addKeys(sketch, ['order-0', 'order-7'])).toBe(sketch)
})

it('is the same however the keys come in batches', () => {
  const keys = Array.from({ length: 3_000 }, (_, at) => `${at * 7_919}`)
  const whole = addKeys(emptySketch, keys)
  let inBatches = emptySketch
  for (let at = 0; at < keys.length; at += 100) inBatches = addKeys(inBatches, keys.slice(at, at + 100))
  expect(inBatches).toEqual(whole)
})
