import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSearch } from '#server/contracts/message-search.ts'
import { makeMessageMatcher, type SearchedMessage } from './match-message.ts'

const nowMs = 1_795_240_000_000
const bytes = (text: string) => new TextEncoder().encode(text)
const message = (change: Partial<SearchedMessage> = {}): SearchedMessage => ({
  partition: 3,
  offset: 88_213n,
  timestampMs: BigInt(nowMs - 600_000),
  key: bytes('order-4711'),
  value: bytes('{"error":"CardDeclined: \\"no\\"","amount":9007199254740993}'),
  headers: [
    { name: 'tenant', value: bytes('acme') },
    { name: 'traceparent', value: bytes('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01') },
    { name: 'empty', value: null },
  ],
  ...change,
})
const matcherOf = (source: string) => {
  const parsed = parseSearch(source)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  return makeMessageMatcher(parsed.terms, nowMs)
}
const fits = (source: string, one = message()) => matcherOf(source).accept(one)

describe('a search over messages', () => {
  it('finds text in key, value and headers, and as JSON writes it', () => {
    for (const source of ['CardDeclined', 'order-47', 'acme', 'tenant', '9007199254740993', '"\\"no\\""'])
      expect(fits(source), source).toBe(true)
    expect(fits('carddeclined')).toBe(false)
    expect(fits('value:order-47')).toBe(false)
  })
  it('takes all terms together, and turns round what has a dash', () => {
    expect(fits('CardDeclined key:order-4711 header:tenant=ac partition:1,3 offset:88213 size:<100')).toBe(
      true,
    )
    expect(fits('CardDeclined -key:order-4711')).toBe(false)
    expect(fits('-Expired is:null-header')).toBe(true)
    expect(fits('header:tenant=beta')).toBe(false)
    expect(fits('key:order-471')).toBe(false)
  })
  it('knows tombstones, null keys, schema ids and trace ids', () => {
    expect(fits('is:tombstone', message({ value: null }))).toBe(true)
    expect(fits('is:null-key', message({ key: null }))).toBe(true)
    expect(fits('schema:7', message({ value: Uint8Array.from([0, 0, 0, 0, 7, 1]) }))).toBe(true)
    expect(fits('schema:8', message({ value: Uint8Array.from([0, 0, 0, 0, 7, 1]) }))).toBe(false)
    expect(fits('trace:0af7651916cd43dd8448eb211c80319c')).toBe(true)
    expect(fits('trace:0af7651916cd43dd8448eb211c80319d')).toBe(false)
  })
  it('bounds the time, exactly or so long ago', () => {
    expect(fits('after:11m before:9m')).toBe(true)
    expect(fits('after:9m')).toBe(false)
    expect(fits(`after:${new Date(nowMs - 600_000).toISOString()}`)).toBe(true)
    expect(fits(`before:${new Date(nowMs - 600_000).toISOString()}`)).toBe(false)
    expect(matcherOf('after:15m after:5m').sinceMs).toBe(nowMs - 300_000)
    expect(matcherOf('-before:5m').sinceMs).toBe(nowMs - 300_000)
    expect(matcherOf('before:5m -after:7m').sinceMs).toBeNull()
  })
  it('names partitions outside of which nothing fits', () => {
    expect(matcherOf('partition:0,3 partition:3,4').partitions).toEqual([3])
    expect(matcherOf('-partition:3').partitions).toBeNull()
  })
  it('looks for the literals of the rarest term', () => {
    expect(
      matcherOf('a key:order-4711 partition:3').literals.map((one) => new TextDecoder().decode(one)),
    ).toEqual(['order-4711'])
    expect(matcherOf('-order').literals).toEqual([])
  })
  it('accepts nothing that holds none of its literals', () => {
    const side = fc.option(fc.uint8Array({ maxLength: 20 }), { nil: null })
    const messages = fc.record({
      partition: fc.nat(5),
      offset: fc.bigInt({ min: 0n, max: 100n }),
      timestampMs: fc.bigInt({ min: 0n, max: 100n }),
      key: side,
      value: side,
      headers: fc.array(fc.record({ name: fc.string({ maxLength: 5 }), value: side }), { maxLength: 3 }),
    })
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 })
    const kinds = fc.constantFrom('text' as const, 'key' as const, 'value' as const)
    fc.assert(
      fc.property(messages, kinds, word, fc.boolean(), (one, kind, text, planted) => {
        const searched = planted ? { ...one, key: bytes(text), value: bytes(`…${text}`) } : one
        const { accept, literals } = makeMessageMatcher([{ kind, text, negated: false }], nowMs)
        if (!accept(searched)) return
        const all = Buffer.concat([
          searched.key ?? Buffer.alloc(0),
          Buffer.from([255]),
          searched.value ?? Buffer.alloc(0),
          ...searched.headers.flatMap(({ name, value }) => [
            Buffer.from([255]),
            Buffer.from(name),
            Buffer.from([255]),
            value ?? Buffer.alloc(0),
          ]),
        ])
        expect(literals.some((literal) => all.indexOf(literal) >= 0)).toBe(true)
      }),
    )
  })
})
