import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeSide, type SideText } from './encode-side.ts'

const hexOf = (side: SideText) => {
  const encoded = encodeSide(side, null)
  return encoded.ok ? encoded.bytes.toString('hex') : encoded.problems[0]?.message
}
const jsonSchema = (schema: unknown) => ({
  id: 258,
  type: 'JSON' as const,
  text: JSON.stringify(schema),
  references: [],
  subject: null,
  version: null,
})

describe('one side of a message', () => {
  it('any bytes are written as hex and as base64 and come out the same', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (array) => {
        const bytes = Buffer.from(array)
        expect(hexOf({ as: 'hex', text: bytes.toString('hex') })).toBe(bytes.toString('hex'))
        expect(hexOf({ as: 'base64', text: bytes.toString('base64') })).toBe(bytes.toString('hex'))
      }),
    )
  })

  it('says what is wrong with what is no hex, base64, JSON or text', () => {
    expect(hexOf({ as: 'hex', text: '0x0a 0b\n0c' })).toBe('0a0b0c')
    expect(hexOf({ as: 'hex', text: 'abc' })).toBe('has 3 hexadecimal digits; a byte has two')
    expect(hexOf({ as: 'hex', text: 'xy' })).toBe('"x" is no hexadecimal digit')
    expect(hexOf({ as: 'base64', text: 'a' })).toBe('is not base64')
    expect(hexOf({ as: 'text', text: '\ud83d' })).toContain('half of a character')
    expect(hexOf({ as: 'json', text: '{"a":1,}' })).toMatch(/^is not JSON: line 1, column 8/)
  })

  it('JSON is sent as it was typed, digits and spaces', () => {
    const text = '{ "n": 9007199254740993.10 }'
    expect(hexOf({ as: 'json', text })).toBe(Buffer.from(text).toString('hex'))
  })

  it('JSON Schema is checked at the field and framed', () => {
    const schema = jsonSchema({
      type: 'object',
      properties: {
        n: { type: 'integer' },
        items: { type: 'array', items: { type: 'object', required: ['sku'] } },
      },
      additionalProperties: false,
    })
    const side = (text: string) => encodeSide({ as: 'schema', text, message: null }, schema)
    const good = side('{"n":9007199254740993}')
    expect(good.ok && good.bytes.toString('latin1')).toBe(
      '\u0000\u0000\u0000\u0001\u0002{"n":9007199254740993}',
    )
    expect(side('{"n":"x","items":[{}],"more":1}')).toEqual({
      ok: false,
      problems: expect.arrayContaining([
        { path: 'n', message: 'must be integer' },
        { path: 'items[0].sku', message: 'is missing' },
        { path: 'more', message: 'the schema has no such field' },
      ]),
    })
    for (const draft of [
      'http://json-schema.org/draft-04/schema#',
      'https://json-schema.org/draft/2020-12/schema',
    ])
      expect(
        encodeSide(
          { as: 'schema', text: '1', message: null },
          jsonSchema({ $schema: draft, type: 'integer' }),
        ).ok,
      ).toBe(true)
  })
})
