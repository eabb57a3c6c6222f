import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSearch, type SearchTerm } from '#server/contracts/message-search.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { Mask, MaskedPart } from '#server/domain/masked-terms.ts'
import { makeMessageMatcher } from '#server/domain/match-message.ts'
import { compileProtoFiles } from '#server/domain/payload/decode-protobuf.ts'
import type { Masking } from '#server/ports/masking.ts'
import type { PayloadReading, TopicChoices } from '#server/ports/payload-reading.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import { makeMessageFilter } from './make-message-filter.ts'

const call = { signal: new AbortController().signal }
const nowMs = 1_795_000_000_000
const [masked, open] = ['orders', 'payments'].map((name) => name as TopicName) as [TopicName, TopicName]
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const traceOf = (digit: string): string => `00-${digit.repeat(32)}-${'b'.repeat(16)}-01`

type Secrets = {
  readonly card: string
  readonly key: string
  readonly tenant: string
  readonly trace: string
}
const messageOf = (
  { card, key, tenant, trace }: Secrets,
  topic = masked,
  more: Partial<RawMessage> = {},
): RawMessage => ({
  topic,
  partition: 0,
  offset: 1n,
  timestampMs: 1n,
  timestampType: 'create',
  key: bytes(key),
  value: bytes(JSON.stringify({ card, amount: 7 })),
  headers: [
    { name: 'tenant', value: bytes(tenant) },
    { name: 'traceparent', value: bytes(traceOf(trace)) },
    { name: 'source', value: bytes('shop') },
  ],
  ...more,
})

/** Hides the card in values, the whole key, and the headers that tell who it was. */
const maskOf = (hides: readonly MaskedPart[]): Mask => ({
  hides: new Set(hides),
  apply: (message) => ({
    ...message,
    ...(hides.includes('key') ? { key: { ...message.key, text: '****' } } : {}),
    ...(hides.includes('value')
      ? {
          value: {
            ...message.value,
            text: message.value.text?.replace(/"card": *"[^"]*"/g, '"card": "****"') ?? null,
          },
        }
      : {}),
    ...(hides.includes('headers')
      ? {
          headers: message.headers.map(({ name, value }) => ({
            name,
            value: name === 'source' ? value : bytes('****'),
          })),
        }
      : {}),
  }),
})
const maskingOf = (...hides: MaskedPart[]): Masking => ({
  maskOf: (topic) => (topic === masked ? maskOf(hides) : null),
})
const hidesAll = maskingOf('key', 'value', 'headers')

const termsOf = (search: string): readonly SearchTerm[] => {
  const parsed = parseSearch(search)
  if (!parsed.ok) throw new Error(`${search}: ${parsed.problem.message}`)
  return parsed.terms
}
const holdsOne = ({ key, value, headers }: RawMessage, literals: readonly Uint8Array[]): boolean => {
  const parts = [key, value, ...headers.flatMap((one) => [bytes(one.name), one.value])]
  return literals.some((literal) =>
    parts.some((part) => part !== null && Buffer.from(part).indexOf(literal) >= 0),
  )
}

/** Which messages a search finds, as a reader does: literals, then bytes, then what must be decoded. */
const find = async (
  search: string,
  messages: readonly RawMessage[],
  masking?: Masking,
): Promise<RawMessage[]> => {
  const { filter } = makeMessageFilter(
    termsOf(search),
    { registry: null, ...(masking ? { masking } : {}) },
    { topics: [masked, open], nowMs, choices: new Map() },
    call,
  )
  if (filter === null) return [...messages]
  const { literals, accept, refine } = filter
  const taken = messages.filter((one) => (literals === undefined || holdsOne(one, literals)) && accept(one))
  return refine ? [...(await refine(taken))] : taken
}

const secrets: Secrets = { card: '4111', key: 'customer-9', tenant: 'acme', trace: 'a' }
/** Every way to ask for a secret that the language has. */
const asks = (one: Secrets): readonly string[] => [
  one.card,
  `value:${one.card}`,
  `value:"\\"card\\":\\"${one.card}"`,
  one.key,
  `key:${one.key}`,
  one.tenant,
  `header:tenant=${one.tenant}`,
  `trace:${one.trace.repeat(32)}`,
  `where:"value.card == '${one.card}'"`,
  `where:"value.card.startsWith('${one.card.slice(0, 1)}')"`,
  `where:"size(value.card) == ${one.card.length} && value.card != '****'"`,
  `where:"key == '${one.key}'"`,
  `where:"key.contains('${one.key.slice(-1)}')"`,
  `where:"headers.tenant == '${one.tenant}'"`,
  `where:"headers.traceparent.contains('${one.trace.repeat(8)}')"`,
]

describe('what is masked', () => {
  it.each(asks(secrets))('%s finds it where nothing is masked, and not where it is', async (search) => {
    const found = await find(search, [messageOf(secrets), messageOf(secrets, open)], hidesAll)
    expect(found.map(({ topic }) => topic)).toEqual([open])
  })

  it.each(asks(secrets))('-(%s) tells nothing of it', async (search) => {
    const other = messageOf({ card: '5222', key: 'customer-8', tenant: 'other', trace: 'c' })
    expect(await find(`-${search}`, [messageOf(secrets), other], hidesAll)).toHaveLength(2)
    expect(await find(`-${search}`, [messageOf(secrets, open)], hidesAll)).toEqual([])
  })

  it('does not show in what a search answers, whatever is asked', async () => {
    const secret = fc.record({
      card: fc.stringMatching(/^[0-9]{1,4}$/),
      key: fc.stringMatching(/^customer-[0-9]$/),
      tenant: fc.constantFrom('acme', 'north', 'shop'),
      trace: fc.constantFrom('a', 'c', '4'),
    })
    const search = secret.chain((one) =>
      fc
        .array(
          fc
            .tuple(
              fc.constantFrom(...asks(one), 'amount', 'value:7', 'header:source', 'size:>0'),
              fc.boolean(),
            )
            .map(([term, negated]) => (negated ? `-${term}` : term)),
          { minLength: 1, maxLength: 3 },
        )
        .map((terms) => terms.join(' ')),
    )
    await fc.assert(
      fc.asyncProperty(search, secret, secret, async (asked, a, b) => {
        const [first, second] = [
          await find(asked, [messageOf(a)], hidesAll),
          await find(asked, [messageOf(b)], hidesAll),
        ]
        expect(first.length, asked).toBe(second.length)
      }),
      { numRuns: 500 },
    )
  })

  it('what is left can be found, and the mask itself as it is shown', async () => {
    const messages = [messageOf(secrets)]
    for (const search of [
      'amount',
      'value:amount',
      'where:"value.amount == 7"',
      'value:****',
      'key:****',
      'header:source=shop',
      '-header:source=bank',
    ])
      expect(await find(search, messages, hidesAll), search).toHaveLength(1)
  })

  it('parts that no mask touches are judged by bytes, and skip batches, as ever', async () => {
    const terms = termsOf('key:customer-9 value:4111')
    const deps = { registry: null, masking: maskingOf('value') }
    const asked = { topics: [masked, open], nowMs, choices: new Map() }
    const { filter } = makeMessageFilter(terms, deps, asked, call)
    expect(filter?.literals?.map((one) => Buffer.from(one).toString())).toEqual(['customer-9'])
    expect(filter?.accept(messageOf({ ...secrets, key: 'customer-8' }))).toBe(false)
    const onlyKey = makeMessageFilter(termsOf('key:customer-9'), deps, asked, call).filter
    expect((await onlyKey?.refine?.([messageOf(secrets)])) ?? [messageOf(secrets)]).toHaveLength(1)
  })

  it('of a payload that is too large to be masked whole nothing is told but that', async () => {
    const large = messageOf(secrets, masked, {
      value: bytes(JSON.stringify({ card: '4111', note: 'x'.repeat(2_000) })),
    })
    const judge = async (search: string) => {
      const { filter, notes } = makeMessageFilter(
        termsOf(search),
        { registry: null, masking: hidesAll },
        { topics: [masked], nowMs, mostBytes: 1_000, choices: new Map() },
        call,
      )
      return { found: await filter?.refine?.([large]), notes: notes() }
    }
    for (const search of ['value:4111', '-value:4111']) {
      const { found, notes } = await judge(search)
      expect(found).toEqual([])
      expect(notes[0]).toMatch(/^1 message was not judged by the search: the key or value is larger/)
    }
  })
})

it('where nothing is masked, only bytes are looked at and batches are skipped as the terms say', () => {
  for (const search of [
    '4111',
    'value:4111',
    'key:customer-9',
    'header:tenant=acme',
    '-value:4111 key:customer-9',
  ]) {
    const terms = termsOf(search)
    const asked = { topics: [masked, open], nowMs, choices: new Map() }
    const { filter } = makeMessageFilter(terms, { registry: null, masking: maskingOf() }, asked, call)
    const plain = makeMessageFilter(terms, { registry: null }, asked, call).filter
    const { literals } = makeMessageMatcher(terms, nowMs)
    expect(plain?.refine).toBeUndefined()
    expect(plain?.literals).toEqual(literals.length === 0 ? undefined : literals)
    expect(filter?.refine).toBeUndefined()
  }
})

describe('batches are skipped by the texts of an expression', () => {
  const asked = { topics: [open], nowMs }
  const literalsOf = (
    search: string,
    choices: ReadonlyMap<TopicName, TopicChoices>,
    reading?: PayloadReading,
  ): string[] => {
    const { filter } = makeMessageFilter(
      termsOf(search),
      { registry: null, ...(reading ? { reading } : {}) },
      { ...asked, choices },
      call,
    )
    return (filter?.literals ?? []).map((one) => Buffer.from(one).toString())
  }
  const [ofValue, ofHeader] = [`where:"value.state == 'PAID'"`, `where:"headers.tenant == 'acme'"`]

  it('as far as decoders are sure to give them as they stand in the bytes', () => {
    expect(literalsOf(ofValue, new Map())).toEqual(['PAID', '\\u', '__value_schema_id', 'apicurio.value.'])
    expect(literalsOf(ofValue, new Map([[open, { key: 'json' }]]))).toContain('PAID')
    expect(literalsOf(`-${ofValue}`, new Map())).toEqual([])
  })

  it('not where an operator has chosen how the side is read', () => {
    expect(literalsOf(ofValue, new Map([[open, { value: 'msgpack' }]]))).toEqual([])
    expect(literalsOf(ofHeader, new Map([[open, { value: 'msgpack' }]]))).toEqual(['acme'])
  })

  it('not where a type of a .proto file is configured, which reads letters as numbers', async () => {
    const types = compileProtoFiles([
      {
        name: 'o.proto',
        text: 'syntax = "proto3"; message O { State state = 5; } enum State { OPEN = 0; PAID = 65; }',
      },
    ])
    const reading: PayloadReading = {
      choices: async () => new Map(),
      protoFiles: () => ({ types, problem: null, typeFor: (_, side) => (side === 'value' ? 'O' : null) }),
    }
    expect(literalsOf(ofValue, new Map(), reading)).toEqual([])
    const paid = messageOf(secrets, open, { value: bytes('(A') })
    const { filter } = makeMessageFilter(
      termsOf(ofValue),
      { registry: null, reading },
      { ...asked, choices: new Map() },
      call,
    )
    expect(filter?.accept(paid)).toBe(true)
    expect(await filter?.refine?.([paid])).toHaveLength(1)
  })
})
