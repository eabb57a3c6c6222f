import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readExpression } from '#server/contracts/message-expression.ts'
import type { DecodedSide } from '#server/contracts/messages.ts'
import { namesOf, parseExact } from './expression-names.ts'
import { decodeOptions } from './payload/decode-fixture.ts'
import { decodeSide } from './payload/decode-side.ts'
import { prefilterExpression } from './prefilter-expression.ts'

const read = (source: string) => {
  const found = readExpression(source)
  if (!found.ok) throw new Error(`${source}: ${found.problem.message}`)
  return found.expression
}
const side = (bytes: Uint8Array | null, name: 'key' | 'value'): DecodedSide =>
  decodeSide(bytes, decodeOptions({ side: name, maxTextChars: 1_000_000 }))
type Given = {
  readonly key?: string | null
  readonly value: string | null
  readonly headers?: Readonly<Record<string, string>>
}
const messageOf = ({ key = null, value, headers = {} }: Given) => ({
  topic: 'orders',
  partition: 1,
  offset: 5n,
  timestampMs: 1_795_000_000_000n,
  key: key === null ? null : new TextEncoder().encode(key),
  value: value === null ? null : new TextEncoder().encode(value),
  headers: Object.entries(headers).map(([name, text]) => ({ name, value: new TextEncoder().encode(text) })),
})
type Message = ReturnType<typeof messageOf>
const fits = (source: string, message: Message): boolean => {
  const { key, value } = message
  const seen = {
    ...message,
    key: side(key, 'key'),
    value: side(value, 'value'),
    sizeBytes: value?.length ?? 0,
  }
  try {
    return read(source).evaluate(namesOf(seen)) === true
  } catch {
    return false
  }
}
const inBytes = ({ key, value, headers }: Message, literal: Uint8Array): boolean =>
  [key, value, ...headers.map((header) => header.value)].some(
    (bytes) => bytes !== null && Buffer.from(bytes).includes(Buffer.from(literal)),
  )

/** JSON as writers differ in: any letter may be an escape. */
const writeJson = (value: unknown, spell: (letter: string) => string): string => {
  if (typeof value === 'string') return `"${[...value].map(spell).join('')}"`
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(item, spell)).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([name, item]) => `${writeJson(name, spell)}:${writeJson(item, spell)}`)
      .join(',')}}`
  return String(value)
}
const plainly = (letter: string): string => JSON.stringify(letter).slice(1, -1)
const escaped = (letter: string): string => (letter === '/' ? '\\/' : [...letter].map(codeOf).join(''))
const codeOf = (letter: string): string =>
  Array.from(
    { length: letter.length },
    (_, at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')

const word = fc.constantFrom('acme', 'a"b', 'Zoë', '€', 'x/y', '<b>', 'tab\there', 'ok', '😀', 'order-1')
const field = fc.constantFrom('value.s', 'value.t', 'value["s"]', 'headers.h', 'key', 'value.deep.s')
const text = (given: string): string => JSON.stringify(given)
const leaf = fc.oneof(
  fc.tuple(field, word).map(([name, given]) => `${name} == ${text(given)}`),
  fc.tuple(field, word).map(([name, given]) => `${text(given)} == ${name}`),
  fc
    .tuple(field, word, fc.constantFrom('contains', 'startsWith', 'endsWith'))
    .map(([name, given, how]) => `${name}.${how}(${text(given)})`),
  fc.tuple(field, word, word).map(([name, a, b]) => `${name} in [${text(a)}, ${text(b)}]`),
  fc.tuple(field, word).map(([name, given]) => `${name} != ${text(given)}`),
  fc.constantFrom('value.n > 3', 'has(value.t)', 'value.list.exists(x, x == "ok")', 'size > 10'),
)
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(${a}) && (${b})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(${a}) || (${b})`),
    tie('expression').map((one) => `!(${one})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(${a}) ? (${b}) : true`),
  ),
}))
const message = fc
  .record({
    s: word,
    t: fc.option(word, { nil: undefined }),
    n: fc.integer({ min: 0, max: 9 }),
    list: fc.array(word, { maxLength: 2 }),
    deep: fc.record({ s: word }),
    h: fc.option(word, { nil: undefined }),
    key: fc.option(word, { nil: null }),
    isNull: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    isText: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    write: fc.constantFrom(plainly, escaped, (letter: string) =>
      /[\w -]/.test(letter) ? letter : escaped(letter),
    ),
  })
  .map(({ h, key, isNull, isText, write, t, ...rest }) =>
    messageOf({
      key,
      value: isNull
        ? null
        : isText
          ? rest.s
          : writeJson({ ...rest, ...(t === undefined ? {} : { t }) }, write),
      headers: h === undefined ? {} : { h },
    }),
  )

describe('what is looked for before a message is decoded', () => {
  it('never loses a message that fits the expression', () => {
    let matched = 0
    fc.assert(
      fc.property(expression, message, (source, one) => {
        if (!fits(source, one)) return
        matched += 1
        const { accept, literals, unlessHidden } = prefilterExpression(read(source).ast)
        expect(accept(one), source).toBe(true)
        const bytes = unlessHidden && one[unlessHidden.side]
        if (literals.length > 0 && !(bytes && unlessHidden.test(bytes, 0, bytes.length)))
          expect(
            literals.some((literal) => inBytes(one, literal)),
            source,
          ).toBe(true)
      }),
      { numRuns: 5_000 },
    )
    expect(matched).toBeGreaterThan(300)
  })
  it('turns away what can not fit, by key, value and header', () => {
    const { accept, literals } = prefilterExpression(
      read(`value.s == 'acme' && headers.tenant == 'north' && value.n > 3`).ast,
    )
    expect(literals.map((literal) => Buffer.from(literal).toString())).toEqual(['north'])
    const tenant = { tenant: 'north' }
    expect(accept(messageOf({ value: '{"s":"acme","n":1}', headers: tenant }))).toBe(true)
    expect(accept(messageOf({ value: '{"s":"other","n":9}', headers: tenant }))).toBe(false)
    expect(accept(messageOf({ value: '{"s":"acme","n":9}', headers: { tenant: 'south' } }))).toBe(false)
    expect(accept(messageOf({ value: null, headers: tenant }))).toBe(false)
  })
  it('of many alternatives with many parts are few, and quick to be made', () => {
    const alternatives = Array.from({ length: 8 }, (_, n) => `(value.a == 'a${n}' && value.bb == 'bee${n}')`)
    const { accept, literals } = prefilterExpression(read(alternatives.join(' || ')).ast)
    const texts = literals.map((literal) => Buffer.from(literal).toString())
    expect(texts.filter((text) => text.startsWith('bee'))).toHaveLength(8)
    expect(texts.filter((text) => /^a\d/.test(text))).toEqual([])
    expect(accept(messageOf({ value: '{"a":"a7","bb":"bee7"}' }))).toBe(true)
    expect(accept(messageOf({ value: '{"a":"a7","bb":"none"}' }))).toBe(false)
  })
  it.each([
    [`!(value.s == 'acme')`],
    [`value.s == 'acme' || value.n > 3`],
    [`value.n == 5000`],
    [`value.list.exists(x, x == 'acme')`],
    [`value.s == 'acme' ? false : true`],
  ])('%s says nothing of the bytes', (source) => {
    const { accept, literals } = prefilterExpression(read(source).ast)
    expect(literals).toEqual([])
    expect(accept(messageOf({ value: '{"other":1}' }))).toBe(true)
  })
  it('looks into nothing that a schema decodes: an enum stands there as a number', () => {
    const { accept } = prefilterExpression(read(`value.state == 'PAID'`).ast)
    const framed = { ...messageOf({ value: '' }), value: new Uint8Array([0, 0, 0, 0, 7, 4]) }
    expect(accept(framed)).toBe(true)
    const byHeader = messageOf({ value: '{x}', headers: { __value_schema_id: 'x' } })
    expect(accept(byHeader)).toBe(true)
  })
})

describe('numbers in an expression', () => {
  const value =
    '{"big":9007199254740993,"low":-9223372036854775808,"broken":2.5,"whole":2.0,"huge":1e3,"id":"7"}'
  it.each([
    ['value.big == 9007199254740993', true],
    ['value.big == 9007199254740992', false],
    ['value.big > 9007199254740992', true],
    ['value.big > 9007199254740992.0', true],
    ['value.big < 9007199254740992.5', false],
    ['value.big + 1 == 9007199254740994', true],
    ['value.low == -9223372036854775808', true],
    ['value.low < -9223372036854775807', true],
    ['value.broken > 2', true],
    ['value.broken < 3', true],
    ['value.broken == 2.5', true],
    ['value.broken == 2', false],
    ['value.whole == 2', true],
    ['value.whole == 2.0', true],
    ['value.huge == 1000', true],
    ['value.big * 0.5 >= 4503599627370496', true],
    ['value.broken + 1 == 3.5', true],
    ['value.big in [1, 9007199254740993]', true],
    ['value.id == 7', false],
    ['value.id == "7"', true],
    ['value.missing > 1', false],
    ['!(value.missing > 1)', false],
    ['has(value.missing) || value.broken > 1', true],
    ['value.id > 3', false],
    ['offset == 5 && partition == 1 && topic == "orders"', true],
    ['schemaId == null', true],
  ])('%s is %s', (source, expected) => expect(fits(source, messageOf({ value }))).toBe(expected))
  it('are kept whole, however deep and however they are written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
        expect(parseExact(`{"a":[${number}, ${number}.0]}`)).toEqual({ a: [number, number] })
      }),
    )
  })
})
