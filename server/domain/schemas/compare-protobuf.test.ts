import fc from 'fast-check'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { compareProtobuf } from './compare-protobuf.ts'

const proto = (body: string, syntax = 'proto3') => `syntax = "${syntax}"; package shop; ${body}`
const brief = (before: string, after: string, syntax = 'proto3') =>
  compareProtobuf({ text: proto(before, syntax) }, { text: proto(after, syntax) }).map(
    ({ path, kind, backward, forward }) => [path, kind, backward, forward],
  )

describe('a field of a Protobuf message', () => {
  const base = 'message A { int64 id = 1; string city = 2; }'
  it('may come and go', () => {
    expect(brief('message A { int64 id = 1; }', base)).toEqual([['A.city', 'field added', 'fine', 'fine']])
    expect(brief(base, 'message A { int64 id = 1; reserved 2; }')).toEqual([
      ['A.city', 'field removed', 'fine', 'fine'],
    ])
  })
  it('whose number is not reserved is told', () => {
    const [change] = compareProtobuf({ text: proto(base) }, { text: proto('message A { int64 id = 1; }') })
    expect(change?.sentence).toContain('not reserved')
  })
  it('whose number is used for another thing breaks both sides', () => {
    expect(brief(base, 'message A { int64 id = 1; double price = 2; }')).toEqual([
      ['A.price', 'number reused', 'breaks', 'breaks'],
    ])
  })
  it('that moves to another number is not found', () => {
    expect(brief(base, 'message A { int64 id = 1; string city = 7; }')).toEqual([
      ['A.city', 'field removed', 'breaks', 'breaks'],
      ['A.city', 'field added', 'fine', 'fine'],
    ])
  })
  it('that is renamed keeps its bytes and changes its JSON', () => {
    expect(brief(base, 'message A { int64 id = 1; string town = 2; }')).toEqual([
      ['A.town', 'field renamed', 'risk', 'risk'],
    ])
  })
  it.each([
    ['int32', 'int64', 'type widened', 'fine', 'risk'],
    ['int64', 'int32', 'type narrowed', 'risk', 'fine'],
    ['string', 'bytes', 'type widened', 'fine', 'risk'],
    ['int32', 'string', 'type changed', 'breaks', 'breaks'],
    ['int32', 'sint32', 'type changed', 'breaks', 'breaks'],
    ['string', 'repeated string', 'type widened', 'fine', 'risk'],
  ])('from %s to %s: %s', (was, is, kind, backward, forward) => {
    expect(brief(`message A { ${was} x = 1; }`, `message A { ${is} x = 1; }`)).toEqual([
      ['A.x', kind, backward, forward],
    ])
  })
  it('that is required from now on breaks new readers (proto2)', () => {
    expect(
      brief('message A { optional int32 x = 1; }', 'message A { required int32 x = 1; }', 'proto2'),
    ).toEqual([['A.x', 'now required', 'breaks', 'fine']])
  })
  it('that joins a oneof may be dropped', () => {
    const after = 'message A { oneof which { int64 id = 1; string city = 2; } }'
    expect(brief(base, after)).toEqual([
      ['A.id', 'rule tightened', 'breaks', 'fine'],
      ['A.city', 'rule tightened', 'breaks', 'fine'],
    ])
  })
})

describe('Protobuf beyond fields', () => {
  it('names the symbols of an enum, and a number with another name', () => {
    expect(brief('enum E { A = 0; B = 1; C = 2; }', 'enum E { A = 0; D = 1; F = 3; }')).toEqual([
      ['E.B', 'number reused', 'breaks', 'breaks'],
      ['E.C', 'symbol removed', 'risk', 'fine'],
      ['E.F', 'symbol added', 'fine', 'risk'],
    ])
  })
  it('tells messages that come and go, nested ones by their path', () => {
    expect(brief('message A { message Inner {} } message B {}', 'message A {} message C {}')).toEqual([
      ['A.Inner', 'message removed', 'breaks', 'fine'],
      ['B', 'message removed', 'breaks', 'fine'],
      ['C', 'message added', 'fine', 'risk'],
    ])
  })
  it('says of a text that does not parse that it does not', () => {
    expect(() => compareProtobuf({ text: 'message {' }, { text: 'message A {}' })).toThrow()
  })
})

const types = fc.constantFrom('int32', 'int64', 'string', 'bool', 'sint64', 'double', 'bytes')
const samples: Readonly<Record<string, unknown>> = {
  int32: 7,
  int64: 7,
  string: 'seven',
  bool: true,
  sint64: -7,
  double: 0.5,
  bytes: Buffer.from('seven'),
}

describe('the verdict agrees with a Protobuf library', () => {
  it('a field of which nothing breaks keeps its value when it is read by the other version', () => {
    fc.assert(
      fc.property(types, types, (was, is) => {
        const [before, after] = [`message A { ${was} x = 1; }`, `message A { ${is} x = 1; }`]
        const change = compareProtobuf({ text: proto(before) }, { text: proto(after) })[0]
        if (change && change.backward !== 'fine') return
        const writer = protobuf.parse(proto(before)).root.lookupType('shop.A')
        const reader = protobuf.parse(proto(after)).root.lookupType('shop.A')
        const bytes = writer.encode(writer.fromObject({ x: samples[was] })).finish()
        const read = reader.toObject(reader.decode(bytes), { longs: Number, bytes: String })
        const wanted = { true: 1, false: 0 }[String(samples[was])] ?? samples[was]
        expect(Number.isNaN(Number(wanted)) ? read.x !== undefined : Number(read.x)).toEqual(
          Number.isNaN(Number(wanted)) ? true : Number(wanted),
        )
      }),
    )
  })
})
