import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keyOfBody, openBody, sealBody } from './record-body.ts'
import { MalformedRecordError } from './varint.ts'

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }))
const text = fc.string({ unit: 'grapheme', maxLength: 200 })
const content = fc.record({
  key: bytes,
  value: bytes,
  headers: fc.array(fc.record({ name: text, value: bytes }), { maxLength: 8 }),
})

it('a body holds every byte, null and duplicate in its order', () => {
  fc.assert(
    fc.property(content, (made) => {
      const body = sealBody(made)
      const plain = (side: Uint8Array | null) => side && [...side]
      const { key, value, headers } = openBody(body)
      expect([plain(key), plain(value)]).toEqual([plain(made.key), plain(made.value)])
      expect(headers.map((header) => [header.name, plain(header.value)])).toEqual(
        made.headers.map((header) => [header.name, plain(header.value)]),
      )
      expect(plain(keyOfBody(body))).toEqual(plain(made.key))
    }),
  )
})

it('a body that ends early is told from one that does not', () => {
  const body = sealBody({ key: null, value: Buffer.from('abc'), headers: [{ name: 'a', value: null }] })
  for (let end = 0; end < body.length; end++)
    expect(() => openBody(body.subarray(0, end))).toThrow(MalformedRecordError)
  expect(() => openBody(Buffer.concat([body, Buffer.alloc(1)]))).toThrow(
    'the record goes on after its headers',
  )
})
