import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileProtobuf } from './decode-protobuf.ts'
import { compileProtobufEncoder } from './encode-protobuf.ts'
import { parseExactJson } from './exact-json.ts'
import { writeJson } from './json-text.ts'

const text = `
syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
message Order {
  int64 id = 1;
  uint64 total = 2;
  sint32 delta = 3;
  fixed64 mark = 4;
  double ratio = 5;
  bool paid = 6;
  string note = 7;
  bytes data = 8;
  State state = 9;
  repeated int64 amounts = 10;
  map<string, int64> tags = 11;
  Item item = 12;
  repeated Item items = 13;
  oneof pay { string card = 14; string iban = 15; }
  optional int32 maybe = 16;
  google.protobuf.Timestamp at = 17;
  message Item { string sku = 1; int32 unit_count = 2; }
  enum State { NEW = 0; PAID = 1; }
}
message Second { int64 n = 1; message Inner { string deep = 1; } }
`
const schema = { id: 7, type: 'PROTOBUF' as const, text, references: [], subject: null, version: null }
const encoder = compileProtobufEncoder(schema)
const encode = (json: string, message: string | null = null) => {
  const parsed = parseExactJson(json)
  if (!parsed.ok) throw new Error(parsed.message)
  return encoder.encode(parsed.value, message)
}
const problemsOf = (json: string, message: string | null = null) => {
  const encoded = encode(json, message)
  return encoded.ok ? [] : encoded.problems.map(({ path, message: said }) => `${path}: ${said}`)
}
const roundTrip = (json: string, message: string | null = null): string => {
  const encoded = encode(json, message)
  if (!encoded.ok) throw new Error(JSON.stringify(encoded.problems))
  return writeJson(compileProtobuf(schema)(encoded.bytes, 'in-body'))
    .replaceAll(/\n\s*/g, '')
    .replaceAll('": ', '":')
}

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).filter((value) => value !== 0n)
const some = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const fields = fc.record({
  id: long.map(String),
  total: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(String),
  delta: fc
    .integer()
    .filter((value) => value !== 0)
    .map(String),
  mark: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(String),
  ratio: fc.integer({ min: 1 }).map((value) => String(value / 8)),
  note: some.map((value) => JSON.stringify(value)),
  data: fc
    .uint8Array({ minLength: 1, maxLength: 12 })
    .map((bytes) => `"0x${Buffer.from(bytes).toString('hex')}"`),
  amounts: fc.array(long, { minLength: 1, maxLength: 5 }).map((all) => `[${all.join(',')}]`),
  items: fc
    .array(some, { minLength: 1, maxLength: 3 })
    .map(
      (all) =>
        `[${all.map((sku, index) => `{"sku":${JSON.stringify(sku)},"unit_count":${index + 1}}`).join(',')}]`,
    ),
  iban: some.map((value) => JSON.stringify(value)),
  maybe: fc.integer().map(String),
})

describe('Protobuf', () => {
  it('what was encoded is decoded to the same text, with every digit', () => {
    fc.assert(
      fc.property(fields, (one) => {
        const json = `{${Object.entries(one)
          .map(([name, value]) => `"${name}":${value}`)
          .join(',')}}`
        expect(roundTrip(json)).toBe(json)
      }),
      { numRuns: 150 },
    )
  })

  it('writes the message index of a message that is not the first', () => {
    expect(encoder.messages).toEqual([
      { name: 'shop.Order', path: [0] },
      { name: 'shop.Order.Item', path: [0, 0] },
      { name: 'shop.Second', path: [1] },
      { name: 'shop.Second.Inner', path: [1, 0] },
    ])
    expect(roundTrip('{"n":9007199254740993}', 'shop.Second')).toBe('{"n":9007199254740993}')
    expect(roundTrip('{"deep":"x"}', 'shop.Second.Inner')).toBe('{"deep":"x"}')
    const first = encode('{}')
    expect(first.ok && first.bytes.toString('hex')).toBe('00')
  })

  it('knows the forms of well-known types and both spellings of a name', () => {
    const same = (a: string, b: string) => expect(encode(a)).toEqual(encode(b))
    same('{"at":"2026-11-21T03:04:05.000006Z"}', '{"at":{"seconds":1795230245,"nanos":6000}}')
    same('{"item":{"unitCount":3}}', '{"item":{"unit_count":3}}')
    same('{"state":"PAID"}', '{"state":1}')
    same('{"id":"9007199254740993"}', '{"id":9007199254740993}')
    same('{"note":"","id":0,"card":null}', '{}')
  })

  it('names each field that does not fit', () => {
    expect(
      problemsOf(
        '{"id":1.5,"total":-1,"data":"zz","state":"LOST","items":[{"sku":7}],"card":"a","iban":"b","nope":1}',
      ),
    ).toEqual([
      'nope: shop.Order has no such field',
      ': only one of card, iban may be set (oneof pay)',
      'id: must be a whole number of 64 bits (int64), is the number 1.5',
      'total: must be a whole number of 64 bits, not negative (uint64), is the number -1',
      'data: must be bytes as "0x" and hex digits, is the text "zz"',
      'state: the text "LOST" is none of NEW, PAID',
      'items[0].sku: must be a text, is the number 7',
    ])
    expect(problemsOf('{}', 'shop.Third')).toEqual([': the schema has no message shop.Third'])
  })
})
