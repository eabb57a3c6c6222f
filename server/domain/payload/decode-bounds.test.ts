import { encode as encodeMessagePack } from '@msgpack/msgpack'
import { encode as encodeCbor } from 'cborg'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainChoice } from '#server/contracts/decoders.ts'
import { decodeOptions, framedBy7, schemaFound } from './decode-fixture.ts'
import { decodeSide } from './decode-side.ts'
import { findFrames } from './find-frames.ts'
import { findCborShape } from './is-whole-cbor.ts'

/** What the formats and JSON have in common: integers of 53 bits, texts, lists, maps with names. */
const document = fc.letrec((tie) => ({
  one: fc.oneof(
    { maxDepth: 5 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('one'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      tie('one'),
      { maxKeys: 4 },
    ),
  ),
})).one
const list = fc.array(document, { minLength: 1, maxLength: 4 })

describe('what an encoder of another maker wrote is read back', () => {
  it('CBOR', () => {
    fc.assert(
      fc.property(list, (value) => {
        const side = decodeSide(encodeCbor(value), decodeOptions({ choice: 'cbor' }))
        expect(JSON.parse(side.text ?? '!')).toEqual(value)
      }),
    )
  })
  it('MessagePack', () => {
    fc.assert(
      fc.property(list, (value) => {
        const side = decodeSide(encodeMessagePack(value), decodeOptions({ choice: 'msgpack' }))
        expect(JSON.parse(side.text ?? '!')).toEqual(value)
      }),
    )
  })
  it('every 64-bit integer of CBOR', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => {
        const side = decodeSide(encodeCbor([value]), decodeOptions({ choice: 'cbor' }))
        expect(side.text?.replace(/\s/g, '')).toBe(`[${value}]`)
      }),
    )
  })
})

describe('whatever the bytes are', () => {
  const topics = ['orders', '__consumer_offsets', '__transaction_state', '__share_group_state']
  it('reading never throws, by the chain or by any choice', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        fc.constantFrom(...topics),
        fc.option(fc.constantFrom(...plainChoice.options)),
        fc.uint8Array({ maxLength: 12 }),
        (bytes, topic, choice, key) => {
          const side = decodeSide(bytes, decodeOptions({ topic, choice, key, wantsReports: true }))
          expect(side.kind).toBeTypeOf('string')
        },
      ),
      { numRuns: 2_000 },
    )
  })
  it('a value of Kafka’s own topics that is cut short anywhere is read otherwise, with the reason', () => {
    const value = Buffer.from('0003000000000000002a000000000000000001933a5f1b00', 'hex')
    const key = Buffer.from('00010001670001740000000', 'hex')
    for (let length = 0; length < value.length; length++)
      expect(
        decodeSide(value.subarray(0, length), decodeOptions({ topic: '__consumer_offsets', key })).kind,
      ).not.toBe('kafka-record')
  })
  it('CBOR that is cut short anywhere is refused', () => {
    const whole = encodeCbor({ id: 2n ** 60n, name: 'order', lines: [{ sku: 'a', n: 1.5 }] })
    for (let length = 1; length < whole.length; length++)
      expect('why' in findCborShape(whole.subarray(0, length))).toBe(true)
  })
})

describe('few bytes that name much', () => {
  // What is not bounded takes minutes, or all memory; a loaded machine takes seconds.
  const inTime = (bytes: Uint8Array, more = {}) => {
    const startedAt = performance.now()
    const side = decodeSide(bytes, decodeOptions(more))
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    return side
  }
  it('are refused at once: CBOR', () => {
    for (const hex of [
      '9affffffff',
      'bbffffffffffffffff',
      '5affffffff',
      '9f'.repeat(5_000),
      'c1'.repeat(50_000),
    ])
      expect(inTime(Buffer.from(hex, 'hex')).kind).toBe('bytes')
  })
  it('CBOR’s decimal fractions with a huge exponent stay what they are', () => {
    const side = inTime(Buffer.from('81c4821b7fffffffffffffff01', 'hex'))
    expect(side.text?.length).toBeLessThan(200)
  })
  it('a number of a megabyte is shown as its bytes, and that is said: CBOR', () => {
    for (const tag of [0xc2, 0xc3]) {
      const length = Buffer.from('5a00100000', 'hex')
      const bignum = Buffer.concat([Buffer.from([0x81, tag]), length, Buffer.alloc(1024 * 1024, 0xab)])
      const side = inTime(bignum, { maxTextChars: 4_000_000 })
      expect(side.kind).toBe('cbor')
      expect(side.text).toMatch(/0xabab/)
      expect(side.text).toMatch(/of 1048576 bytes: above 1024 bytes its bytes are shown/)
    }
  })
  it('a number of a megabyte is shown as its bytes, and that is said: Avro', () => {
    const digits = Buffer.alloc(1024 * 1024, 0x5b)
    const length = Buffer.from('80808001', 'hex')
    const decimal = schemaFound('AVRO', '{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}')
    const side = inTime(framedBy7(length, digits), { ...decimal, maxTextChars: 4_000_000 })
    expect(side.text).toMatch(/a decimal of scale 2 of 1048576 bytes/)
    const inner = Buffer.concat([length, digits, Buffer.from([4])])
    const big = schemaFound('AVRO', '{"type":"bytes","logicalType":"big-decimal"}')
    const outer = inTime(framedBy7(Buffer.from('8a808001', 'hex'), inner), {
      ...big,
      maxTextChars: 4_000_000,
    })
    expect(outer.text).toMatch(/a big-decimal of scale 2 of 1048576 bytes/)
  })
  it('many exponents do not become as many zeros', () => {
    const fractions = Buffer.concat(Array.from({ length: 40_000 }, () => Buffer.from('c4821903e801', 'hex')))
    const side = inTime(Buffer.concat([Buffer.from('9a00009c40', 'hex'), fractions]))
    expect(side.text).toContain('1e1000')
  })
  it('nesting is bounded: CBOR, MessagePack, JSON, Avro', () => {
    expect(inTime(Buffer.from(`${'81'.repeat(100_000)}00`, 'hex')).kind).toBe('bytes')
    expect(inTime(Buffer.from(`${'91'.repeat(100_000)}00`, 'hex')).kind).toBe('bytes')
    expect(inTime(Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))).kind).toBe('text')
    const schema = {
      type: 'record',
      name: 'N',
      fields: [{ name: 'next', type: ['null', 'N'] }],
    }
    const chain = Buffer.concat([Buffer.alloc(50_000, 2), Buffer.from([0])])
    const side = inTime(framedBy7(chain), schemaFound('AVRO', JSON.stringify(schema)))
    expect(side.problem).toMatch(/deep/)
  })
  it('a Glue payload that inflates without end is given up', () => {
    // Typed by hand: version 3, zlib, the schema version's GUID (AWS Glue's GlueSchemaRegistrySerializer).
    const bomb = Buffer.concat([
      Buffer.from('0305', 'hex'),
      Buffer.from('5f3c1b520d8e4a3b9c390a6c8a0b1d2e', 'hex'),
      Buffer.from('789c', 'hex'),
      Buffer.alloc(100, 0xff),
    ])
    expect(findFrames(bomb, [], 'value').at(-1)).toMatchObject({ kind: 'glue' })
    expect(inTime(bomb).problem).toContain('can not be decompressed')
  })
})
