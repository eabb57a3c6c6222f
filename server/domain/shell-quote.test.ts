import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { quoteForShell } from './shell-quote.ts'

const printed = (words: readonly string[]): Buffer => {
  const line = `printf '%s\\0' ${words.map((word) => quoteForShell(word)).join(' ')}`
  return spawnSync('sh', ['-c', line]).stdout
}

it('a real shell takes every text as the one word that it is', () => {
  const nasty = fc.string({
    unit: fc.constantFrom(...'\'"\\$`!*?~#&;|<>(){}[]=-% \t\n', 'a', 'é', '😀', '\r'),
    maxLength: 30,
  })
  fc.assert(
    fc.property(
      fc.array(fc.oneof(nasty, fc.string({ unit: 'grapheme' })), { minLength: 1, maxLength: 12 }),
      (all) => {
        const words = all.map((word) => word.replaceAll('\0', ''))
        expect(printed(words).toString('utf8')).toBe(words.map((word) => `${word}\0`).join(''))
      },
    ),
    { numRuns: 60 },
  )
})

it('leaves plain names as they are and refuses a zero byte', () => {
  expect(quoteForShell('orders')).toBe('orders')
  expect(quoteForShell('')).toBe("''")
  expect(quoteForShell("o'brien; rm -rf ~")).toBe("'o'\\''brien; rm -rf ~'")
  expect(quoteForShell('a\0b')).toBeNull()
})
