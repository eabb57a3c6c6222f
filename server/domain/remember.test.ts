import fc from 'fast-check'
import { expect, test } from 'vitest'
import { remember } from './remember.ts'

test('what is remembered is what would be made anew, however many texts there are', () => {
  const lengthOf = remember((text) => `${text.length}`)
  for (let at = 0; at < 10_000; at++)
    expect(lengthOf(`text ${at % 5_000}`)).toBe(`${`text ${at % 5_000}`.length}`)
  fc.assert(fc.property(fc.string({ maxLength: 2_000 }), (text) => lengthOf(text) === `${text.length}`))
})

test('a text is made something of once', () => {
  let made = 0
  const count = remember(() => ++made)
  expect([count('a'), count('a'), count('b'), count('a')]).toEqual([1, 1, 2, 1])
})

test('long texts are not kept', () => {
  let made = 0
  const count = remember(() => ++made)
  const long = 'x'.repeat(1_001)
  expect([count(long), count(long)]).toEqual([1, 2])
})
