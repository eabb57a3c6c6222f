import avro from 'avsc'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareAvro } from './compare-avro.ts'
import { worstEffect } from './schema-change.ts'

type Schema = object | string
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more })
const record = (...fields: object[]) => ({ type: 'record', name: 'Order', fields })
const compare = (before: Schema, after: Schema) =>
  compareAvro(
    { text: JSON.stringify(before), references: [] },
    { text: JSON.stringify(after), references: [] },
  )
const brief = (before: Schema, after: Schema) =>
  compare(before, after).map(({ path, kind, backward, forward }) => [path, kind, backward, forward])

describe('a field of an Avro record', () => {
  const base = record(field('id', 'long'))
  it('that is added without a default breaks new readers of old data', () => {
    const after = record(field('id', 'long'), field('city', 'string'))
    expect(brief(base, after)).toEqual([['city', 'field added', 'breaks', 'fine']])
    expect(compare(base, after)[0]?.sentence).toBe('city (string) is new and has no default.')
  })
  it('that is added with a default breaks nobody', () => {
    const after = record(field('id', 'long'), field('city', 'string', { default: '' }))
    expect(brief(base, after)).toEqual([['city', 'field added', 'fine', 'fine']])
  })
  it('that is removed breaks old readers of new data, unless they have a default', () => {
    expect(brief(record(field('id', 'long'), field('city', 'string')), base)).toEqual([
      ['city', 'field removed', 'fine', 'breaks'],
    ])
    expect(brief(record(field('id', 'long'), field('city', 'string', { default: '' })), base)).toEqual([
      ['city', 'field removed', 'fine', 'fine'],
    ])
  })
  it('that is renamed with an alias is known to new readers only', () => {
    expect(brief(base, record(field('number', 'long', { aliases: ['id'] })))).toEqual([
      ['number', 'field renamed', 'fine', 'breaks'],
    ])
  })
  it('that loses its default is told', () => {
    expect(brief(record(field('id', 'long', { default: 0 })), base)).toEqual([
      ['id', 'default removed', 'fine', 'fine'],
    ])
  })
  it('that moved is told', () => {
    const [one, two] = [field('a', 'int'), field('b', 'int')]
    expect(brief(record(one, two), record(two, one))).toEqual([['', 'field moved', 'fine', 'fine']])
  })
})

describe('a type in Avro', () => {
  const of = (type: unknown) => record(field('x', type))
  it.each([
    ['int', 'long', 'type widened', 'fine', 'breaks'],
    ['double', 'float', 'type narrowed', 'breaks', 'fine'],
    ['int', 'string', 'type changed', 'breaks', 'breaks'],
    ['string', 'bytes', 'type changed', 'fine', 'fine'],
    ['string', ['null', 'string'], 'type widened', 'fine', 'breaks'],
    [['null', 'string'], 'string', 'type narrowed', 'breaks', 'fine'],
  ])('%j to %j: %s', (before, after, kind, backward, forward) => {
    expect(brief(of(before), of(after))).toEqual([['x', kind, backward, forward]])
  })
  it('names the symbols that an enum loses and gains', () => {
    const symbols = (...names: string[]) => of({ type: 'enum', name: 'E', symbols: names })
    expect(brief(symbols('A', 'B'), symbols('A', 'C'))).toEqual([
      ['x', 'symbol removed', 'breaks', 'fine'],
      ['x', 'symbol added', 'fine', 'breaks'],
    ])
  })
  it('is read wrongly when a decimal changes its scale', () => {
    const decimal = (scale: number) => of({ type: 'bytes', logicalType: 'decimal', precision: 9, scale })
    expect(brief(decimal(2), decimal(4))).toEqual([['x', 'meaning changed', 'breaks', 'breaks']])
  })
  it('may hold itself', () => {
    const tree = (...more: object[]) => record(field('next', ['null', 'Order']), ...more)
    expect(brief(tree(), tree(field('z', 'int')))).toEqual([['z', 'field added', 'breaks', 'fine']])
  })
  it('is found in what the schema refers to', () => {
    const inner = (...fields: object[]) =>
      JSON.stringify({ type: 'record', name: 'Line', namespace: 'shop', fields })
    const text = JSON.stringify(record(field('line', 'shop.Line')))
    const changes = compareAvro(
      { text, references: [{ text: inner() }] },
      { text, references: [{ text: inner(field('sku', 'string')) }] },
    )
    expect(changes.map(({ path, kind }) => [path, kind])).toEqual([['line.sku', 'field added']])
  })
})

const leaf = fc.constantFrom<unknown[]>(
  'int',
  'long',
  'float',
  'double',
  'string',
  'bytes',
  'boolean',
  ['null', 'int'] as unknown as never,
  ['null', 'string', 'long'] as unknown as never,
  {
    type: 'array',
    items: 'int',
  } as unknown as never,
  { type: 'map', values: 'string' } as unknown as never,
)
const defaults = (type: unknown): object =>
  Array.isArray(type)
    ? { default: null }
    : typeof type === 'string'
      ? { default: { boolean: false, string: '', bytes: '' }[type] ?? 0 }
      : { default: (type as { type: string }).type === 'array' ? [] : {} }
const anyRecord = fc
  .uniqueArray(
    fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), type: leaf, hasDefault: fc.boolean() }),
    { selector: ({ name }) => name, minLength: 1 },
  )
  .map((fields) =>
    record(
      ...fields.map(({ name, type, hasDefault }) => field(name, type, hasDefault ? defaults(type) : {})),
    ),
  )

const reads = (writer: object, reader: object): boolean => {
  try {
    avro.Type.forSchema(reader as avro.Schema).createResolver(avro.Type.forSchema(writer as avro.Schema))
    return true
  } catch {
    return false
  }
}

describe('the verdict agrees with an Avro library', () => {
  it('on which of two records reads the other', () => {
    fc.assert(
      fc.property(anyRecord, anyRecord, (before, after) => {
        const changes = compare(before, after)
        expect(worstEffect(changes.map(({ backward }) => backward)) !== 'breaks').toBe(reads(before, after))
        expect(worstEffect(changes.map(({ forward }) => forward)) !== 'breaks').toBe(reads(after, before))
      }),
      { numRuns: 500 },
    )
  })
  it('and a schema has no difference from itself', () => {
    fc.assert(
      fc.property(anyRecord, (one) => {
        expect(compare(one, one)).toEqual([])
      }),
    )
  })
})
