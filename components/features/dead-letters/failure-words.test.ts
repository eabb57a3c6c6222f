import { expect, it } from 'vitest'
import { shortClass } from '#server/contracts/short-class.ts'

it.each([
  ['com.fasterxml.jackson.core.io.JsonEOFException', 'JsonEOFException'],
  ['com.shop.Outer$Inner', 'Inner'],
  ['App\\Exceptions\\CardDeclined', 'CardDeclined'],
  ['Payments::CardDeclined', 'CardDeclined'],
  ['runtime error', 'runtime error'],
])('%s is shown as %s', (name, short) => {
  expect(shortClass(name)).toBe(short)
})
