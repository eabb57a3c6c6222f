import avro from 'avsc'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeKeyMatcher } from './match-key.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('matching a key by its text', () => {
  it('finds the text however the key was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (text) => {
        const { matches, literals } = makeKeyMatcher(text)
        const inAvro = avro.Type.forSchema('string').toBuffer(text)
        expect(matches(bytes(text))).toBe(true)
        expect(matches(bytes(JSON.stringify(text)))).toBe(true)
        expect(matches(Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), inAvro]))).toBe(true)
        expect(matches(bytes(`${text}!`))).toBe(false)
        expect(matches(null)).toBe(false)
        for (const key of [bytes(text), bytes(JSON.stringify(text)), inAvro])
          expect(literals.some((literal) => Buffer.from(key).indexOf(literal) >= 0)).toBe(true)
      }),
    )
  })

  it('finds 64-bit integers with every digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), (value) => {
        const key = Buffer.alloc(8)
        key.writeBigInt64BE(value)
        const { matches, literals } = makeKeyMatcher(value.toString())
        expect(matches(key)).toBe(true)
        expect(literals.some((literal) => key.indexOf(literal) >= 0)).toBe(true)
        expect(makeKeyMatcher((value + 1n).toString()).matches(key)).toBe(false)
      }),
    )
  })

  it('looks for no more byte strings than it must', () => {
    expect(makeKeyMatcher('order').literals).toEqual([bytes('order')])
    expect(makeKeyMatcher('5').literals).toEqual([bytes('5'), Uint8Array.from([0, 0, 0, 5])])
  })

  it('finds 32-bit integers and UUIDs', () => {
    expect(makeKeyMatcher('-5').matches(Uint8Array.from([255, 255, 255, 251]))).toBe(true)
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e'
    expect(makeKeyMatcher(id).matches(Buffer.from(id.replaceAll('-', ''), 'hex'))).toBe(true)
  })
})
