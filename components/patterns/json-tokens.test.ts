import fc from 'fast-check'
import { expect, it } from 'vitest'
import { tokensOf } from './json-tokens.ts'

it('coloured pieces put together are the text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      expect(
        tokensOf(text)
          .map((token) => token.text)
          .join(''),
      ).toBe(text)
    }),
  )
})

it('a number of any size is one piece', () => {
  expect(tokensOf('"id": 9007199254740993').find(({ kind }) => kind === 'number')?.text).toBe(
    '9007199254740993',
  )
})
