import { expect, test } from 'vitest'
import { oneLineOf } from './one-line.ts'

test('JSON loses the spaces between its tokens, and none within its texts', () => {
  expect(oneLineOf('{\n  "a b": "c:  \\" d",\n  "n": 9007199254740993,\n  "l": [ 1, 2 ]\n}', true)).toBe(
    '{"a b":"c:  \\" d","n":9007199254740993,"l":[1,2]}',
  )
})

test('a text that was cut within quotes keeps what is there', () => {
  expect(oneLineOf('{ "a": "b  c', true)).toBe('{"a":"b  c')
})

test('other text loses its line breaks', () => {
  expect(oneLineOf('one\n  two  three', false)).toBe('one two  three')
})

test('a long text ends with what says so', () => {
  const line = oneLineOf('x'.repeat(100_000), false)
  expect(line).toHaveLength(601)
  expect(line.endsWith('…')).toBe(true)
})
