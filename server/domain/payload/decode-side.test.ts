import { encode } from '@msgpack/msgpack'
import avro from 'avsc'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  answering,
  withoutSpace as compact,
  schemaFound as found,
  framedBy7 as framed,
  decodeOptions as options,
} from './decode-fixture.ts'
import { decodeSide } from './decode-side.ts'
import { formatJson } from './format-json.ts'
import type { SchemaLookup } from './payload-schema.ts'

const avroText = JSON.stringify({
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'note', type: ['null', 'string'] },
    { name: 'total', type: { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 2 } },
  ],
})
const zigzag = (value: bigint): number[] => {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return [...bytes, Number(rest)]
}

describe('numbers above 2^53 keep every digit', () => {
  const exact = '9007199254740993'
  it('in JSON, as it was written', () => {
    const side = decodeSide(Buffer.from(`{"id":${exact},"x":1.10,"y":1E+2}`), options())
    expect([side.kind, compact(side.text)]).toEqual(['json', `{"id":${exact},"x":1.10,"y":1E+2}`])
  })
  it('in Avro, decimals too', () => {
    const side = decodeSide(
      framed(zigzag(BigInt(exact)), [2, 2, 0x61], [4, 0xff, 0x38]),
      options(found('AVRO', avroText)),
    )
    expect([side.kind, compact(side.text)]).toEqual(['avro', `{"id":${exact},"note":"a","total":-2.00}`])
  })
  it('in Protobuf, with the message index before it', () => {
    const proto =
      'syntax = "proto3"; package shop; message A { string x = 1; } message B { int64 id = 1; fixed64 other = 2; }'
    const varint = [0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]
    const side = decodeSide(framed([2, 2], [8, ...varint]), options(found('PROTOBUF', proto)))
    expect([side.kind, compact(side.text)]).toEqual(['protobuf', `{"id":${exact}}`])
  })
  it('in MessagePack', () => {
    const side = decodeSide(encode({ id: BigInt(exact) }, { useBigInt64: true }), options())
    expect([side.kind, compact(side.text)]).toEqual(['msgpack', `{"id":${exact}}`])
  })
  it('for every 64-bit long in Avro', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (id) => {
        const side = decodeSide(framed(zigzag(id)), options(found('AVRO', '"long"')))
        expect(side.text).toBe(id.toString())
      }),
    )
  })
})

describe('Protobuf', () => {
  const decode = (proto: string, ...parts: number[][]) =>
    compact(decodeSide(framed([0], ...parts), options(found('PROTOBUF', proto))).text)
  it('shows only fields that are on the wire, those with explicit presence also when they hold their default', () => {
    const proto = `syntax = "proto3"; message A {
      int32 count = 1; string name = 2; optional int32 chosen = 3; repeated int32 many = 4;
      oneof which { bool yes = 5; bool no = 6; } map<string, int32> notes = 7; A inner = 8; }`
    expect(decode(proto)).toBe('{}')
    expect(decode(proto, [8, 0], [24, 0], [40, 0])).toBe('{"chosen":0,"yes":false}')
    expect(decode(proto, [66, 2, 8, 1])).toBe('{"inner":{"count":1}}')
    const older = 'syntax = "proto2"; message A { optional int32 count = 1 [default = 7]; }'
    expect(decode(older)).toBe('{}')
  })
  it('knows the types that every compiler brings along', () => {
    const names = ['timestamp', 'duration', 'wrappers', 'struct', 'any', 'empty', 'field_mask']
    const imports = names.map((name) => `import "google/protobuf/${name}.proto";`).join(' ')
    const proto = `syntax = "proto3"; ${imports} package shop; message A {
      google.protobuf.Timestamp at = 1; google.protobuf.Duration took = 2; google.protobuf.Int64Value big = 3;
      google.protobuf.Struct more = 4; google.protobuf.Any any = 5; google.protobuf.FieldMask mask = 6; }`
    expect(decode(proto, [10, 2, 8, 5], [26, 2, 8, 9])).toBe('{"at":"1970-01-01T00:00:05Z","big":9}')
  })
})

describe('a key that begins with a zero', () => {
  const key = Buffer.from('000000012c4f8a91', 'hex')
  const decode = (lookup: SchemaLookup) => decodeSide(key, options({ side: 'key', ...answering(lookup) }))
  it('is a 64-bit integer when the registry has no such schema, and nothing is wrong with it', () => {
    const side = decode({ state: 'missing', why: 'not in the registry' })
    expect([side.kind, side.text, side.problem]).toEqual(['int64', key.readBigInt64BE().toString(), null])
  })
  it('is one as well, with the reason, when the schema does not fit', () => {
    const schema = {
      id: 300,
      type: 'AVRO',
      text: avroText,
      references: [],
      subject: 's',
      version: 1,
    } as const
    const side = decode({ state: 'found', schema })
    expect([side.kind, side.problem?.slice(0, 15)]).toEqual(['int64', 'Avro schema 300'])
  })
})

describe('what can not be decoded says why', () => {
  it('truncated Avro, at every byte', () => {
    const whole = framed(zigzag(5n), [2, 8, 0x61, 0x62, 0x63, 0x64], [4, 1, 2])
    for (let length = 5; length < whole.length; length++) {
      const side = decodeSide(whole.subarray(0, length), options(found('AVRO', avroText)))
      expect(side.problem).toMatch(/^Avro schema 7: /)
      expect(side.problem).not.toMatch(/argument|undefined|buffer/i)
      expect(['bytes', 'msgpack']).toContain(side.kind)
    }
  })
  it('a schema that the registry does not have', () => {
    const side = decodeSide(framed([1]), options(answering({ state: 'missing', why: 'not in the registry' })))
    expect([side.kind, side.problem]).toEqual(['bytes', 'Schema 7: not in the registry'])
  })
  it('counts that name more than there is, in no time', () => {
    const bomb = Buffer.from('dd01ffffff'.repeat(20), 'hex')
    expect(decodeSide(bomb, options()).kind).toBe('bytes')
    const map = decodeSide(
      framed(zigzag(2n ** 40n), [2, 0x61, 2]),
      options(found('AVRO', '{"type":"map","values":"int"}')),
    )
    expect(map.problem).toContain('more items than there are bytes left')
    const array = {
      type: 'array',
      items: { type: 'record', name: 'R', fields: [{ name: 'a', type: 'long' }] },
    }
    expect(
      decodeSide(framed([4, 2, 4, 0]), options(found('AVRO', JSON.stringify(array)))).text?.replace(
        /\s/g,
        '',
      ),
    ).toBe('[{"a":1},{"a":2}]')
    const huge = Buffer.from(`[${'[1],'.repeat(400_000)}1]`)
    const startedAt = performance.now()
    expect(decodeSide(huge, options({ maxTextChars: 600 })).kind).toBe('json')
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })
  it('never throws, whatever the bytes and the schema', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom('AVRO', 'PROTOBUF', 'JSON'),
        (bytes, type) => {
          const text =
            type === 'AVRO' ? avroText : 'syntax = "proto3"; message A { map<string, bytes> m = 1; }'
          expect(decodeSide(framed([...bytes]), options(found(type, text))).kind).toBeTypeOf('string')
          expect(decodeSide(bytes, options({ side: 'key' })).kind).toBeTypeOf('string')
        },
      ),
    )
  })
})

describe('payloads without a schema', () => {
  it('null, empty, text, invalid UTF-8 and keys of fixed width are told apart', () => {
    const kindOf = (bytes: Uint8Array | null, side: 'key' | 'value' = 'value') =>
      decodeSide(bytes, options({ side })).kind
    expect(kindOf(null)).toBe('null')
    expect(kindOf(new Uint8Array())).toBe('text')
    expect(kindOf(Buffer.from('order-4711'))).toBe('text')
    expect(kindOf(Buffer.from([0xc3, 0x28, 0xa0]))).toBe('bytes')
    expect(kindOf(Buffer.from([0, 0, 0, 5]), 'key')).toBe('int32')
    expect(kindOf(Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 5]), 'key')).toBe('int64')
  })
  it('a structured CloudEvent is known by its content type', () => {
    const headers = [
      { name: 'content-type', value: Buffer.from('application/cloudevents+json; charset=UTF-8') },
    ]
    expect(decodeSide(Buffer.from('{"specversion":"1.0"}'), options({ headers })).kind).toBe('cloudevent')
  })
  it('long text is cut and says so', () => {
    const side = decodeSide(Buffer.from(`["${'x'.repeat(500)}"]`), options({ maxTextChars: 100 }))
    expect([side.text?.length, side.truncated, side.isJson]).toEqual([100, true, false])
  })
})

describe('formatted JSON', () => {
  it('is the same document', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.stringify(JSON.parse(formatJson(text) ?? '!'))).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })
  it('is refused exactly where JSON.parse refuses', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            '{',
            '}',
            '[',
            ']',
            ',',
            ':',
            '"',
            'a',
            '1',
            '0',
            '.',
            'e',
            '-',
            ' ',
            'null',
            'true',
          ),
        }),
        (text) => {
          let isJson = true
          try {
            JSON.parse(text)
          } catch {
            isJson = false
          }
          expect(formatJson(text) !== null).toBe(isJson)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

it('the fixtures are what avsc itself writes', () => {
  const type = avro.Type.forSchema(['null', 'string'])
  expect([...type.toBuffer('a')]).toEqual([2, 2, 0x61])
})
