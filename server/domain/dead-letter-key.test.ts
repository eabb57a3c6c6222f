import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyTextOf } from './dead-letter-key.ts'

test('a key is text as it stands, and behind a schema id as Avro string', () => {
  expect(keyTextOf(null)).toBeNull()
  expect(keyTextOf(Buffer.from('order-4711'))).toBe('order-4711')
  expect(keyTextOf(Buffer.from([0, 0, 0, 0, 7, 8, 97, 98, 99, 100]))).toBe('abcd')
  expect(keyTextOf(Buffer.from([0, 0, 0, 0, 7, 97, 98]))).toBe('ab')
})

test('a long Avro string is read by the length before it', () => {
  const body = Buffer.from('x'.repeat(300))
  expect(keyTextOf(Buffer.concat([Buffer.from([0, 0, 0, 0, 7, 0xd8, 0x04]), body]))).toBe('x'.repeat(300))
})

test('integers are numbers and the rest is hexadecimal', () => {
  expect(keyTextOf(Uint8Array.of(0, 0, 0, 5))).toBe('5')
  const long = Buffer.alloc(8)
  long.writeBigInt64BE(9_007_199_254_740_993n)
  expect(keyTextOf(long)).toBe('9007199254740993')
  expect(keyTextOf(Uint8Array.of(255, 1))).toBe('ff01')
  expect(keyTextOf(Uint8Array.of(0, 255, 1, 254, 128, 10))).toBe('00ff01fe800a')
})

test('any key becomes text that PostgreSQL can hold', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1_200 }), (bytes) => {
      const text = keyTextOf(bytes)
      expect(text?.includes('\0')).toBe(false)
      expect(text?.length).toBeLessThanOrEqual(1_000)
    }),
  )
})
