import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { doubtfulWords, formatSearch, parseSearch, type SearchTerm } from './message-search.ts'

const termsOf = (source: string) => {
  const parsed = parseSearch(source)
  if (!parsed.ok) throw new Error(`${parsed.problem.at}: ${parsed.problem.message}`)
  return parsed.terms
}
const problemOf = (source: string) => {
  const parsed = parseSearch(source)
  return parsed.ok ? null : parsed.problem
}

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom('ü', '日本', 'a b', 'key:1', '-x', '"', '\\', '👩‍💻'),
)
const bound = fc.option(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), { nil: null })
const term: fc.Arbitrary<SearchTerm> = fc.boolean().chain((negated) =>
  fc
    .oneof(
      fc.record({ kind: fc.constantFrom('text' as const, 'key' as const, 'value' as const), text }),
      fc.record({
        kind: fc.constant('header' as const),
        name: text.filter((name) => !name.includes('=')),
        text: fc.option(fc.string({ maxLength: 8 }), { nil: null }),
      }),
      fc.record({
        kind: fc.constant('partition' as const),
        partitions: fc.array(fc.nat(999_999), { minLength: 1, maxLength: 4 }),
      }),
      fc
        .record({ kind: fc.constantFrom('offset' as const, 'size' as const), least: bound, most: bound })
        .filter(({ least, most }) => least !== null || most !== null),
      fc.record({
        kind: fc.constant('is' as const),
        what: fc.constantFrom('tombstone' as const, 'null-key' as const, 'null-header' as const),
      }),
      fc.record({ kind: fc.constant('schema' as const), id: fc.nat() }),
      fc.record({
        kind: fc.constant('trace' as const),
        traceId: fc
          .bigInt({ min: 0n, max: (1n << 128n) - 1n })
          .map((id) => id.toString(16).padStart(32, '0')),
      }),
    )
    .map((one) => ({ ...one, negated })),
)

describe('the search over messages', () => {
  it('reads back every term that it writes', () => {
    fc.assert(
      fc.property(fc.array(term, { maxLength: 6 }), (terms) => {
        expect(termsOf(formatSearch(terms))).toEqual(terms)
      }),
    )
  })
  it('never throws, and names a character of the search when it can not read it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (source) => {
        const problem = problemOf(source)
        if (!problem) return
        expect(problem.at).toBeGreaterThanOrEqual(0)
        expect(problem.at).toBeLessThanOrEqual(source.length)
      }),
    )
  })
  it('takes a word before a colon for text unless it is a field', () => {
    expect(termsOf('urn:shop:order "a b" 12:30')).toMatchObject([
      { kind: 'text', text: 'urn:shop:order' },
      { kind: 'text', text: 'a b' },
      { kind: 'text', text: '12:30' },
    ])
    expect(termsOf('"key:4711"')).toMatchObject([{ kind: 'text', text: 'key:4711' }])
  })
  it('reads back what it writes of every comparison, and refuses numbers beyond', () => {
    for (const source of ['offset:>5', 'offset:<5', 'size:>=0', 'size:<=7', 'offset:..4', 'offset:4..'])
      expect(termsOf(formatSearch(termsOf(source))), source).toEqual(termsOf(source))
    expect(problemOf('offset:<0')?.at).toBe(7)
    expect(problemOf('size:>9999999999999999999')?.at).toBe(5)
  })
  it('doubts a word that looks like a field', () => {
    expect(doubtfulWords(termsOf('patition:3 urn:x key:a'))).toEqual(['patition', 'urn'])
  })
  it('reads fields, ranges and negations', () => {
    expect(
      termsOf('-CardDeclined key:order-4711 header:tenant=acme partition:0,3 offset:>=100 size:..20'),
    ).toEqual([
      { kind: 'text', text: 'CardDeclined', negated: true },
      { kind: 'key', text: 'order-4711', negated: false },
      { kind: 'header', name: 'tenant', text: 'acme', negated: false },
      { kind: 'partition', partitions: [0, 3], negated: false },
      { kind: 'offset', least: 100n, most: null, negated: false },
      { kind: 'size', least: null, most: 20n, negated: false },
    ])
  })
  it('says at which character it can not be read, and why', () => {
    expect(problemOf('CardDeclined "open')).toEqual({ at: 13, message: 'this quote is not closed' })
    expect(problemOf('is:green')).toEqual({
      at: 3,
      message: 'is: knows tombstone, null-key, null-header',
    })
    expect(problemOf('partition:a')?.at).toBe(10)
    expect(problemOf('after:2026-11-21')?.at).toBe(6)
    expect(problemOf('key:')).toEqual({ at: 4, message: 'key: nothing is said to look for' })
  })
})
