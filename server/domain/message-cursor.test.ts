import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatCursor, parseCursor } from './message-cursor.ts'

it('a cursor comes back as it was, 64-bit offsets included', () => {
  const offsets = fc.array(fc.tuple(fc.nat(10_000), fc.bigInt({ min: 0n, max: (1n << 63n) - 1n })), {
    minLength: 1,
  })
  fc.assert(
    fc.property(offsets, (entries) => {
      const cursor = new Map(entries)
      expect(parseCursor(formatCursor(cursor))).toEqual(cursor)
    }),
  )
})

it('no other text is taken for a cursor', () => {
  for (const text of ['', '!', 'e30', 'MzptLA', Buffer.from('1:2;3:4').toString('base64url')])
    expect(parseCursor(text)).toBeNull()
  fc.assert(
    fc.property(fc.string(), (text) => {
      const cursor = parseCursor(text)
      if (cursor) for (const offset of cursor.values()) expect(offset >= 0n).toBe(true)
    }),
  )
})
