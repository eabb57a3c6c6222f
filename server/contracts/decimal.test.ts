import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Decimal } from './decimal.ts'

const read = (text: string): Decimal => {
  const decimal = Decimal.read(text)
  if (!decimal) throw new Error(`${text} is not read`)
  return decimal
}

/** Any decimal as its text, with the digits and the scale that make it. */
const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 0, max: 60 }))
  .map(([unscaled, scale]) => ({ unscaled, scale, text: `${unscaled}e-${scale}` }))

it('compares as the integers that both are at the same scale', () =>
  fc.assert(
    fc.property(decimals, decimals, (a, b) => {
      const [left, right] = [a.unscaled * 10n ** BigInt(b.scale), b.unscaled * 10n ** BigInt(a.scale)]
      expect(Math.sign(read(a.text).compare(read(b.text)))).toBe(left < right ? -1 : left > right ? 1 : 0)
    }),
  ))

it('takes back what it added, and divides what it multiplied', () =>
  fc.assert(
    fc.property(decimals, decimals, ({ text: a }, { text: b, unscaled }) => {
      expect(read(a).add(read(b)).subtract(read(b)).compare(read(a))).toBe(0)
      if (unscaled !== 0n) expect(read(a).multiply(read(b)).divide(read(b)).compare(read(a))).toBe(0)
    }),
  ))

it('reads as what it says', () =>
  fc.assert(
    fc.property(decimals, ({ text }) => {
      const result = read(text).add(Decimal.of(0n))
      expect(read(result.toString()).compare(result)).toBe(0)
    }),
  ))

it.each([
  ['0.1', '0.10', 0],
  ['0.1000000000000000055511151231257827', '0.1', 1],
  ['-0.5', '-0.4', -1],
  ['1.5e2', '150', 0],
  ['9007199254740993.5', '9007199254740993.25', 1],
] as const)('%s beside %s', (a, b, expected) => expect(read(a).compare(read(b))).toBe(expected))

it('keeps the digits that were written, and gives results without zeros behind', () => {
  expect(read('12.50').toString()).toBe('12.50')
  expect(read('12.50').add(read('0.50')).toString()).toBe('13')
  expect(read('-0.05').multiply(read('2')).toString()).toBe('-0.1')
  expect(Decimal.of(1n).divide(Decimal.of(3n)).toString()).toBe(`0.${'3'.repeat(40)}`)
})

it.each(['', '.', 'x', '1e5000', '1'.repeat(1_001), '0x1'])('does not read “%s”', (text) =>
  expect(Decimal.read(text)).toBeNull(),
)
it('has no name for what is not finite, and none for a division by zero', () => {
  expect(() => Decimal.of(Number.NaN)).toThrow('no decimal')
  expect(() => Decimal.of(1n).divide(Decimal.of(0n))).toThrow('division by zero')
})
