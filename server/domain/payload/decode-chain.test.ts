import { deflateSync } from 'node:zlib'
import { encode as encodeMessagePack } from '@msgpack/msgpack'
import avro from 'avsc'
import { encode as encodeCbor } from 'cborg'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import type { DecoderChoice } from '#server/contracts/decoders.ts'
import { answering, decodeOptions, framedBy7, schemaFound, withoutSpace } from './decode-fixture.ts'
import { compileProtoFiles } from './decode-protobuf.ts'
import { decodeSide } from './decode-side.ts'
import type { SchemaReference } from './payload-schema.ts'

// Typed by hand, by the formats' descriptions: ids in headers and after magic byte 1 (Confluent), of Apicurio, of AWS Glue.
// None of their producers runs here.
const guid = '5f3c1b52-0d8e-4a3b-9c39-0a6c8a0b1d2e'
const guidBytes = Buffer.from(guid.replaceAll('-', ''), 'hex')
const tenSchema = { id: 7, type: 'AVRO', text: '"long"', references: [], subject: 's', version: 1 } as const
const ten = Buffer.from([20])
const asked = (payload: Buffer, headers: { name: string; value: Buffer }[] = []) => {
  const references: SchemaReference[] = []
  const side = decodeSide(
    payload,
    decodeOptions({
      headers,
      lookUp: (reference) => {
        references.push(reference)
        return { state: 'found', schema: tenSchema }
      },
    }),
  )
  return { side, reference: references[0] }
}

describe('a schema is named', () => {
  it('by a GUID in the record’s headers, the payload without a prefix', () => {
    const { side, reference } = asked(ten, [
      { name: '__value_schema_id', value: Buffer.concat([Buffer.from([1]), guidBytes]) },
    ])
    expect([side.kind, side.text, reference]).toEqual(['avro', '10', { by: 'guid', guid }])
  })
  it('by a GUID in the headers with Protobuf’s message indexes after it', () => {
    const proto = 'syntax = "proto3"; message A { string x = 1; } message B { int64 id = 1; }'
    const side = decodeSide(
      Buffer.from([8, 5]),
      decodeOptions({
        ...schemaFound('PROTOBUF', proto),
        headers: [
          {
            name: '__value_schema_id',
            value: Buffer.concat([Buffer.from([1]), guidBytes, Buffer.from([2, 2])]),
          },
        ],
      }),
    )
    expect(withoutSpace(side.text)).toBe('{"id":5}')
  })
  it('by magic byte 0 and an id', () => {
    const { side, reference } = asked(framedBy7(ten))
    expect([side.text, reference]).toEqual(['10', { by: 'id', id: 7 }])
  })
  it('by magic byte 1 and a GUID', () => {
    const { side, reference } = asked(Buffer.concat([Buffer.from([1]), guidBytes, ten]))
    expect([side.text, reference]).toEqual(['10', { by: 'guid', guid }])
  })
  it('by Apicurio’s id of eight bytes, and in Apicurio’s headers', () => {
    const id = Buffer.from([0, 0, 0, 0, 0, 0, 0, 7])
    const inBody = asked(Buffer.concat([Buffer.from([0]), id, ten]))
    expect([inBody.side.text, inBody.reference]).toEqual(['10', { by: 'id', id: 7 }])
    const inHeader = asked(ten, [{ name: 'apicurio.value.globalId', value: id }])
    expect([inHeader.side.text, inHeader.reference]).toEqual(['10', { by: 'id', id: 7 }])
  })
  it('of AWS Glue, which is explained without its registry, compressed or not', () => {
    const json = Buffer.from('{"id":9007199254740993}')
    for (const [compression, body] of [
      [0, json],
      [5, deflateSync(json)],
    ] as const) {
      const side = decodeSide(
        Buffer.concat([Buffer.from([3, compression]), guidBytes, body]),
        decodeOptions(),
      )
      expect([side.kind, withoutSpace(side.text)]).toEqual(['json', '{"id":9007199254740993}'])
      expect(side.problem).toContain(`AWS Glue schema version ${guid}`)
    }
    const broken = decodeSide(Buffer.concat([Buffer.from([3, 5]), guidBytes, json]), decodeOptions())
    expect(broken.problem).toContain('can not be decompressed')
  })
  it('by a GUID that the registry does not know: the rest of the chain reads it, with the reason', () => {
    const side = decodeSide(
      Buffer.from('{"a":1}'),
      decodeOptions({
        ...answering({ state: 'missing', why: 'this registry does not tell schemas by GUID' }),
        headers: [{ name: '__value_schema_id', value: Buffer.concat([Buffer.from([1]), guidBytes]) }],
      }),
    )
    expect([side.kind, side.problem]).toEqual([
      'json',
      `Schema GUID ${guid}: this registry does not tell schemas by GUID`,
    ])
  })
})

const exact = 9007199254740993n
/** A 64-bit integer of protobufjs. */
const longOf = (value: bigint, unsigned = false) =>
  protobuf.util.LongBits.from({
    low: Number(BigInt.asIntN(32, value)),
    high: Number(BigInt.asIntN(32, value >> 32n)),
  } as never).toLong(unsigned)

describe('numbers above 2^53 of encoders of other makers keep every digit', () => {
  it('CBOR, bignums and decimal fractions too', () => {
    expect(withoutSpace(decodeSide(encodeCbor({ id: exact }), decodeOptions()).text)).toBe(`{"id":${exact}}`)
    // {"a": 2(h'010000000000000000'), "b": 4([-2, 27315])}, of RFC 8949, appendix A and section 3.4.4.
    const bytes = Buffer.from('a26161c24901000000000000000061' + '62c48221196ab3', 'hex')
    const side = decodeSide(bytes, decodeOptions())
    expect([side.kind, withoutSpace(side.text)]).toEqual(['cbor', '{"a":18446744073709551616,"b":273.15}'])
  })
  it('MessagePack, signed and unsigned', () => {
    const bytes = encodeMessagePack(
      { id: exact, most: 2n ** 64n - 1n, least: -(2n ** 63n) },
      { useBigInt64: true },
    )
    expect(withoutSpace(decodeSide(bytes, decodeOptions()).text)).toBe(
      `{"id":${exact},"most":18446744073709551615,"least":-9223372036854775808}`,
    )
  })
  it('Protobuf, as keys of maps too', () => {
    const text = `syntax = "proto3"; message A {
      int64 a = 1; uint64 b = 2; sint64 c = 3; fixed64 d = 4; sfixed64 e = 5;
      map<int64, uint64> m = 6; map<fixed64, string> n = 7; repeated int64 many = 8; }`
    const type = protobuf.parse(text, { keepCase: true }).root.lookupType('A')
    const [max, least, id] = [longOf(2n ** 64n - 1n, true), longOf(-(2n ** 63n)), longOf(exact)]
    const bytes = type
      .encode({
        a: id,
        b: max,
        c: least,
        d: max,
        e: least,
        m: { [protobuf.util.longToHash(id)]: max },
        n: { [protobuf.util.longToHash(max)]: 'x' },
        many: [id, id],
      })
      .finish()
    const side = decodeSide(framedBy7([0], bytes), decodeOptions(schemaFound('PROTOBUF', text)))
    expect(withoutSpace(side.text)).toBe(
      `{"a":${exact},"b":18446744073709551615,"c":-9223372036854775808,"d":18446744073709551615,` +
        `"e":-9223372036854775808,"m":{"${exact}":18446744073709551615},"n":{"18446744073709551615":"x"},` +
        `"many":[${exact},${exact}]}`,
    )
  })
})

describe('JSON Schema', () => {
  it('is JSON after the schema id, every number as written', () => {
    const side = decodeSide(
      framedBy7(Buffer.from(`{"id":${exact}}`)),
      decodeOptions(schemaFound('JSON', '{}')),
    )
    expect([side.kind, withoutSpace(side.text), side.problem]).toEqual([
      'json-schema',
      `{"id":${exact}}`,
      null,
    ])
  })
  it('says why a payload is none', () => {
    const side = decodeSide(framedBy7(Buffer.from('{"id":')), decodeOptions(schemaFound('JSON', '{}')))
    expect([side.kind, side.problem?.slice(0, 45)]).toEqual([
      'bytes',
      'JSON Schema schema 7: the payload is not JSON',
    ])
  })
})

describe('times are shown in words, with the number at hand', () => {
  const read = (schema: object, type: avro.Type, value: unknown) =>
    decodeSide(
      framedBy7(type.toBuffer(value)),
      decodeOptions({ ...schemaFound('AVRO', JSON.stringify(schema)), wantsReports: true }),
    )
  const long = avro.Type.forSchema('long')
  const int = avro.Type.forSchema('int')
  it.each([
    ['timestamp-millis', long, 1763720000123, '"2025-11-21T10:13:20.123Z"'],
    ['timestamp-micros', long, 1763720000123456, '"2025-11-21T10:13:20.123456Z"'],
    ['timestamp-millis', long, -1, '"1969-12-31T23:59:59.999Z"'],
    ['local-timestamp-millis', long, 1763720000123, '"2025-11-21T10:13:20.123"'],
    ['time-micros', long, 1, '"00:00:00.000001"'],
    ['time-millis', int, 86_399_999, '"23:59:59.999"'],
    ['date', int, 20_413, '"2025-11-21"'],
  ])('Avro %s', (logicalType, type, value, text) => {
    const side = read({ type: type.typeName, logicalType }, type, value)
    expect(side.text).toBe(text)
    expect(side.notes).toEqual([{ path: '', raw: String(value), type: logicalType }])
  })
  it('Avro timestamp-nanos beyond 2^53, within a record', () => {
    const bytes = Buffer.alloc(10)
    let rest = 1763720000123456789n << 1n
    let at = 0
    for (; rest >= 128n; rest >>= 7n) bytes[at++] = Number(rest & 127n) | 128
    bytes[at++] = Number(rest)
    const schema = {
      type: 'record',
      name: 'R',
      fields: [{ name: 'at', type: { type: 'long', logicalType: 'timestamp-nanos' } }],
    }
    const side = decodeSide(
      framedBy7(bytes.subarray(0, at)),
      decodeOptions({ ...schemaFound('AVRO', JSON.stringify(schema)), wantsReports: true }),
    )
    expect(withoutSpace(side.text)).toBe('{"at":"2025-11-21T10:13:20.123456789Z"}')
    expect(side.notes).toEqual([{ path: '/at', raw: '1763720000123456789', type: 'timestamp-nanos' }])
  })
  it('what is no time stays the number it is', () => {
    expect(read({ type: 'long', logicalType: 'timestamp-millis' }, long, 9e15).text).toBe('9000000000000000')
  })
  it('Avro in a nullable field, fixed decimals, durations and UUIDs', () => {
    const schema = {
      type: 'record',
      name: 'R',
      fields: [
        { name: 'at', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }] },
        {
          name: 'sum',
          type: { type: 'fixed', name: 'F', size: 4, logicalType: 'decimal', precision: 9, scale: 3 },
        },
        { name: 'took', type: { type: 'fixed', name: 'D', size: 12, logicalType: 'duration' } },
        { name: 'id', type: { type: 'fixed', name: 'U', size: 16, logicalType: 'uuid' } },
      ],
    }
    const body = Buffer.concat([
      Buffer.from([2, 2]),
      Buffer.from('ffffff85', 'hex'),
      Buffer.from('0100000002000000b80b0000', 'hex'),
      guidBytes,
    ])
    const side = decodeSide(framedBy7(body), decodeOptions(schemaFound('AVRO', JSON.stringify(schema))))
    expect(withoutSpace(side.text)).toBe(
      `{"at":"1970-01-01T00:00:00.001Z","sum":-0.123,"took":"P1M2DT3.000S","id":"${guid}"}`,
    )
  })
  it('Google’s types of Protobuf in their JSON forms', () => {
    const imports = ['timestamp', 'duration', 'wrappers', 'struct', 'any', 'field_mask']
    const text = `syntax = "proto3"; ${imports.map((name) => `import "google/protobuf/${name}.proto";`).join(' ')}
      package shop; message A { google.protobuf.Timestamp at = 1; google.protobuf.Duration took = 2;
      google.protobuf.UInt64Value big = 3; google.protobuf.Struct more = 4; google.protobuf.Any any = 5;
      google.protobuf.FieldMask mask = 6; google.protobuf.BoolValue off = 7; }`
    const root = new protobuf.Root()
    protobuf.parse(text, root, { keepCase: true })
    for (const name of imports)
      root.addJSON(protobuf.common.get(`google/protobuf/${name}.proto`)?.nested ?? {})
    const type = root.lookupType('shop.A')
    const inner = type.encode({ took: { seconds: -1, nanos: -500_000_000 } }).finish()
    const bytes = type
      .encode({
        at: { seconds: 1763720000, nanos: 1 },
        took: { seconds: 90, nanos: 0 },
        big: { value: longOf(2n ** 64n - 1n, true) },
        more: {
          fields: {
            a: { listValue: { values: [{ numberValue: 1 }, { nullValue: 0 }, { boolValue: true }] } },
          },
        },
        any: { type_url: 'type.googleapis.com/shop.A', value: inner },
        mask: { paths: ['order.line_items', 'id'] },
        off: {},
      })
      .finish()
    const side = decodeSide(
      framedBy7([0], bytes),
      decodeOptions({ ...schemaFound('PROTOBUF', text), wantsReports: true }),
    )
    expect(withoutSpace(side.text)).toBe(
      '{"at":"2025-11-21T10:13:20.000000001Z","took":"90s","big":18446744073709551615,"more":{"a":[1,null,true]},' +
        '"any":{"@type":"type.googleapis.com/shop.A","took":"-1.500s"},"mask":"order.lineItems,id","off":false}',
    )
    expect(side.notes).toEqual([
      { path: '/at', raw: '1763720000 s + 1 ns', type: 'google.protobuf.Timestamp' },
    ])
  })
})

describe('formats that nothing names', () => {
  const kindOf = (bytes: Uint8Array) => decodeSide(bytes, decodeOptions()).kind
  it('CBOR is taken only for one whole map or list', () => {
    expect(kindOf(encodeCbor([1, { a: new Uint8Array([1, 2]) }]))).toBe('cbor')
    expect(kindOf(Buffer.concat([encodeCbor({ a: 1 }), Buffer.from([0])]))).toBe('bytes')
    expect(kindOf(encodeCbor(5))).toBe('bytes')
    expect(kindOf(Buffer.from('é'))).toBe('text')
    // As MessagePack it would be a map with the name 27 and a text of seven zeros.
    expect(kindOf(encodeCbor([12033618204333965312n]))).toBe('cbor')
  })
  it('XML is taken only when it is well-formed, and shown as it was written', () => {
    const xml = '<order id="1">\n  <line sku="a"/>\n</order>\n'
    expect(decodeSide(Buffer.from(xml), decodeOptions())).toMatchObject({ kind: 'xml', text: xml })
    expect(kindOf(Buffer.from('<order><line></order>'))).toBe('text')
    expect(kindOf(Buffer.from('<3 you>'))).toBe('text')
  })
  it('a binary CloudEvent is told by its headers, whatever its data is', () => {
    const headers = Object.entries({
      ce_specversion: '1.0',
      ce_id: '1',
      ce_type: 'shop.order',
      ce_source: '/shop',
    }).map(([name, text]) => ({ name, value: Buffer.from(text) }))
    const side = decodeSide(Buffer.from('{"a":1}'), decodeOptions({ headers }))
    expect([side.kind, side.event?.mode, side.event?.attributes.length]).toEqual(['json', 'binary', 4])
  })
  it('a structured CloudEvent is told by its envelope, also without a content type', () => {
    const text = '{"specversion":"1.0","id":"1","type":"t","source":"/s","data":{"id":9007199254740993}}'
    const side = decodeSide(Buffer.from(text), decodeOptions())
    expect([side.kind, withoutSpace(side.text)]).toEqual(['cloudevent', text])
    expect(side.event?.attributes.map(({ name }) => name)).toEqual(['specversion', 'id', 'type', 'source'])
    const numbered = decodeSide(
      Buffer.from(text.replace('{', '{"sequence":9007199254740993,"share":1.10,')),
      decodeOptions(),
    )
    expect(numbered.event?.attributes.slice(0, 2)).toEqual([
      { name: 'sequence', value: '9007199254740993' },
      { name: 'share', value: '1.10' },
    ])
  })
})

const files = [
  { name: 'shop/money.proto', text: 'syntax = "proto3"; package shop; message Money { int64 units = 1; }' },
  {
    name: 'shop/order.proto',
    text: `syntax = "proto3"; package shop; import "shop/money.proto"; import "google/protobuf/timestamp.proto";
      message Order { string id = 1; Money total = 2; google.protobuf.Timestamp at = 3; message Line { int32 n = 1; } }`,
  },
]
const order = Buffer.from('0a01311209088180808080808010', 'hex')

describe('configured .proto files', () => {
  const types = compileProtoFiles(files)
  it('name every message type, nested ones too', () => {
    expect(types.types).toEqual(['shop.Money', 'shop.Order', 'shop.Order.Line'])
  })
  it('read the topics that the configuration gives them', () => {
    const side = decodeSide(order, decodeOptions({ proto: { types, type: 'shop.Order' } }))
    expect([side.kind, withoutSpace(side.text)]).toEqual([
      'protobuf',
      `{"id":"1","total":{"units":${exact}}}`,
    ])
  })
  it('say when a payload is none of the type', () => {
    const side = decodeSide(Buffer.from('hello'), decodeOptions({ proto: { types, type: 'shop.Order' } }))
    expect(side.kind).toBe('text')
    expect(side.problem).toMatch(/^Configured as shop.Order: /)
  })
})

describe('an operator chooses', () => {
  const read = (bytes: Buffer, choice: DecoderChoice, more = {}) =>
    decodeSide(bytes, decodeOptions({ choice, ...more }))
  it.each([
    ['hex', '{"a":1}', 'bytes', '7b2261223a317d'],
    ['base64', 'ab', 'base64', 'YWI='],
    ['latin1', 'é', 'latin1', 'Ã©'],
    ['text', '{"a":1}', 'text', '{"a":1}'],
    ['json', '12', 'json', '12'],
    ['int64', 'order-47', 'int64', '8030591472425055287'],
    ['float64', 'order-47', 'float64', '6.971235656973502e+228'],
  ] as const)('%s', (choice, text, kind, shown) => {
    const side = read(Buffer.from(text), choice)
    expect([side.kind, side.text, side.choice?.fits]).toEqual([kind, shown, true])
  })
  it('a schema by its id, with the prefix of another or without any', () => {
    const more = schemaFound('AVRO', '"long"')
    expect(read(ten, 'schema:7', more).text).toBe('10')
    expect(read(Buffer.concat([Buffer.from([0, 0, 0, 1, 0]), ten]), 'schema:7', more).text).toBe('10')
  })
  it('a type of the .proto files', () => {
    expect(
      read(Buffer.from([8, 5]), 'proto:shop.Order.Line', {
        proto: { types: compileProtoFiles(files), type: null },
      }),
    ).toMatchObject({ kind: 'protobuf', choice: { name: 'shop.Order.Line (.proto file)', fits: true } })
  })
  it('JSON behind a schema id that means nothing', () => {
    expect(read(framedBy7(Buffer.from('{"a":1}')), 'json').kind).toBe('json')
  })
  it('what does not fit: the chain reads it, and the reason is told', () => {
    const side = read(Buffer.from('abc'), 'int64')
    expect([side.kind, side.choice?.fits, side.problem]).toEqual([
      'text',
      false,
      'Chosen: 64-bit integer. It has 3 bytes, not 8.',
    ])
  })
})

describe('each decoder says why not', () => {
  const reports = (bytes: Uint8Array, more = {}) =>
    decodeSide(bytes, decodeOptions({ wantsReports: true, ...more })).reports ?? []
  it('of JSON', () => {
    const said = new Map(
      reports(Buffer.from('{"a":1}')).map(({ decoder, outcome, why }) => [decoder, [outcome, why]]),
    )
    expect(said.get('JSON')?.[0]).toBe('taken')
    expect(said.get('Schema id (magic byte 0)')).toEqual(['refused', 'the first byte is 0x7b, not 0'])
    expect(said.get('Avro')).toEqual(['refused', 'it names no schema that the registry has'])
    expect(said.get('Text (UTF-8)')?.[0]).toBe('fits')
    expect(said.get('CBOR')).toEqual(['refused', 'it begins with neither a list nor a map'])
  })
  it('of Avro that is cut short', () => {
    const said = reports(framedBy7(Buffer.from([8, 0x61])), schemaFound('AVRO', '"string"'))
    expect(said.find(({ decoder }) => decoder === 'Avro')?.why).toContain('they are cut short')
    expect(said.find(({ decoder }) => decoder === 'Protobuf')?.why).toBe('schema 7 is Avro')
  })
  it('once each, and exactly one is taken', () => {
    for (const bytes of [Buffer.from('x'), Buffer.from('{}'), Buffer.from([0xff]), Buffer.from([])]) {
      const said = reports(bytes)
      expect(said.filter(({ outcome }) => outcome === 'taken')).toHaveLength(1)
      expect(new Set(said.map(({ decoder }) => decoder)).size).toBe(said.length)
    }
  })
})
