import { randomUUID } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { encode as encodeMessagePack } from '@msgpack/msgpack'
import { encode as encodeCbor } from 'cborg'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Expression, readExpression } from '#server/contracts/message-expression.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import { namesOf } from '#server/domain/expression-names.ts'
import { makeMessageMatcher } from '#server/domain/match-message.ts'
import { decodeOptions, framedBy7, schemaFound } from '#server/domain/payload/decode-fixture.ts'
import { decodeSide } from '#server/domain/payload/decode-side.ts'
import { prefilterExpression } from '#server/domain/prefilter-expression.ts'
import { sealMessage } from '#server/domain/record-body.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import { readRecords, walkBatches } from './record-batch.ts'
import { writeBatch } from './write-batch.ts'

const topic = 'orders' as TopicName
const expressions = new Map<string, Expression>()
const read = (source: string): Expression => {
  const known = expressions.get(source)
  if (known) return known
  const found = readExpression(source)
  if (!found.ok) throw new Error(`${source}: ${found.problem.message}`)
  expressions.set(source, found.expression)
  return found.expression
}

const states = ['OPEN', 'PAID']
type Content = { readonly s: string; readonly state: string }
/** How one side was written: its bytes, the headers that belong to it, and the schema that a registry has for it. */
type Payload = {
  readonly bytes: Buffer | null
  readonly headers: readonly RawHeader[]
  readonly schema: 'avro' | 'protobuf' | 'json' | null
}
const schemas = {
  avro: schemaFound(
    'AVRO',
    '{"type":"record","name":"O","fields":[{"name":"s","type":"string"},{"name":"state","type":{"type":"enum","name":"S","symbols":["OPEN","PAID"]}}]}',
  ),
  protobuf: schemaFound(
    'PROTOBUF',
    'syntax = "proto3"; message O { string s = 4; State state = 5; } enum State { OPEN = 0; PAID = 1; }',
  ),
  json: schemaFound('JSON', '{}'),
}
const avroOf = ({ s, state }: Content): Buffer => {
  const text = Buffer.from(s)
  return Buffer.concat([Buffer.from([text.length * 2]), text, Buffer.from([states.indexOf(state) * 2])])
}
const protobufOf = ({ s, state }: Content): Buffer => {
  const text = Buffer.from(s)
  return Buffer.concat([Buffer.from([0x22, text.length]), text, Buffer.from([0x28, states.indexOf(state)])])
}
const uuid = Buffer.from(randomUUID().replaceAll('-', ''), 'hex')
const escaped = (json: string): string =>
  json.replace(/[^"{}:,[\] \\]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
const plain = (bytes: Uint8Array | readonly number[] | string): Payload => ({
  bytes: typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes),
  headers: [],
  schema: null,
})
const idOf = (side: string): RawHeader => ({
  name: `__${side}_schema_id`,
  value: Buffer.from([0, 0, 0, 0, 7]),
})

/** Every way in which a side may be written that some decoder knows, and some that none does. */
const writers: Readonly<Record<string, (content: Content, side: 'key' | 'value') => Payload>> = {
  json: (content) => plain(JSON.stringify(content)),
  'json, spaced': (content) => plain(`\n ${JSON.stringify({ deep: content, ...content }, null, 2)}\n`),
  'json, with a mark': (content) => plain(`\ufeff${JSON.stringify(content)}`),
  'json, escaped': (content) => plain(`{"s":"${escaped(content.s.replace(/["\\]/g, ''))}"}`),
  'json, slashes': (content) => plain(JSON.stringify(content).replaceAll('/', '\\/')),
  'json, broken': (content) => plain(JSON.stringify(content).slice(0, -1)),
  'json, not UTF-8': (content) =>
    plain(Buffer.concat([Buffer.from(JSON.stringify(content)), Buffer.from([0xff, 0x7d])])),
  list: (content) => plain(JSON.stringify([content.s])),
  event: (content) =>
    plain(
      JSON.stringify({ specversion: '1.0', id: '1', type: 't', source: '/s', data: content, ...content }),
    ),
  text: ({ s }) => plain(s),
  xml: ({ s }) => plain(`<o>${s.replace(/[<>&]/g, '')}</o>`),
  'text with control characters': ({ s }) => plain(`${s}\u0001`),
  'bytes of no kind': ({ s }) => plain(Buffer.concat([Buffer.from(s), Buffer.from([0xfe])])),
  integer: () => plain([0, 0, 0, 42]),
  uuid: () => plain(uuid),
  nothing: () => plain(''),
  null: () => ({ bytes: null, headers: [], schema: null }),
  msgpack: (content) => plain(encodeMessagePack(content)),
  cbor: (content) => plain(encodeCbor(content)),
  'avro, framed': (content) => ({ bytes: framedBy7(avroOf(content)), headers: [], schema: 'avro' }),
  'avro, by a header': (content, side) => ({ bytes: avroOf(content), headers: [idOf(side)], schema: 'avro' }),
  'avro, by the header of another tool': (content, side) => ({
    bytes: avroOf(content),
    headers: [{ name: `apicurio.${side}.globalId`, value: Buffer.from([0, 0, 0, 0, 0, 0, 0, 7]) }],
    schema: 'avro',
  }),
  'protobuf, framed': (content) => ({
    bytes: framedBy7([0], protobufOf(content)),
    headers: [],
    schema: 'protobuf',
  }),
  'protobuf, by a header': (content, side) => ({
    bytes: protobufOf(content),
    headers: [idOf(side)],
    schema: 'protobuf',
  }),
  'json, framed': (content) => ({
    bytes: framedBy7(Buffer.from(JSON.stringify(content))),
    headers: [],
    schema: 'json',
  }),
  'glue, compressed': (content) =>
    plain(Buffer.concat([Buffer.from([3, 5]), uuid, deflateSync(JSON.stringify(content))])),
}
const kinds = Object.keys(writers)

const word = fc.constantFrom(
  'acme',
  'PAID',
  'OPEN',
  'a"b\\c',
  'Zoë',
  '€',
  'x/y/z',
  '<b>&amp;',
  'tab\there',
  '😀',
  '7b',
  '2a',
  // As long as a letter of ASCII is as a length: Avro without a frame begins like a text.
  'customer-0123456789ab',
)
const content = fc.record({ s: word, state: fc.constantFrom(...states) })
const payload = (side: 'key' | 'value') =>
  fc.tuple(fc.constantFrom(...kinds), content).map(([kind, one]) => writers[kind]?.(one, side) ?? plain(''))
type Made = { readonly key: Payload; readonly value: Payload; readonly raw: RawMessage }
const madeOf = (key: Payload, value: Payload, tenant?: string): Made => ({
  key,
  value,
  raw: {
    topic,
    partition: 0,
    offset: 0n,
    timestampMs: 1n,
    timestampType: 'create',
    key: key.bytes,
    value: value.bytes,
    headers: [
      ...key.headers,
      ...value.headers,
      ...(tenant === undefined ? [] : [{ name: 'tenant', value: Buffer.from(tenant) }]),
    ],
  },
})
const message = fc
  .tuple(payload('key'), payload('value'), fc.option(word, { nil: undefined }))
  .map(([key, value, tenant]) => madeOf(key, value, tenant))

const field = fc.constantFrom(
  'value.s',
  'value.state',
  'value.deep.s',
  'value',
  'key',
  'key.s',
  'key["state"]',
  'headers.tenant',
)
const quoted = (text: string): string => JSON.stringify(text)
const leaf = fc.oneof(
  fc.tuple(field, word).map(([name, text]) => `${name} == ${quoted(text)}`),
  fc
    .tuple(field, word, fc.constantFrom('contains', 'startsWith', 'endsWith'))
    .map(([name, text, how]) => `${name}.${how}(${quoted(text)})`),
  fc.tuple(field, word, word).map(([name, a, b]) => `${name} in [${quoted(a)}, ${quoted(b)}]`),
  fc.constantFrom('has(value.s)', 'size >= 0'),
)
const source = fc.oneof(
  leaf,
  fc.tuple(leaf, leaf).map(([a, b]) => `${a} && ${b}`),
  fc.tuple(leaf, leaf).map(([a, b]) => `${a} || ${b}`),
  fc.tuple(leaf, leaf, leaf).map(([a, b, c]) => `${a} && (${b} || ${c})`),
)

const fits = (source_: string, { raw, key, value }: Made): boolean => {
  const sideOf = (side: 'key' | 'value', of: Payload) =>
    decodeSide(
      raw[side],
      decodeOptions({ side, headers: raw.headers, key: raw.key, ...(of.schema ? schemas[of.schema] : {}) }),
    )
  const seen = { ...raw, key: sideOf('key', key), value: sideOf('value', value), sizeBytes: 1 }
  try {
    return read(source_).evaluate(namesOf(seen)) === true
  } catch {
    return false
  }
}

/** The messages of one batch that a filter takes, by their places. */
const takeOf = (source_: string, messages: readonly Made[]): number[] => {
  const { accept, literals, unlessHidden } = makeMessageMatcher([], 0, [
    prefilterExpression(read(source_).ast),
  ])
  const bytes = writeBatch(
    messages.map(({ raw }) => sealMessage(raw)),
    { id: -1n, epoch: -1, sequence: -1 },
  )
  const into: RawMessage[] = []
  for (const batch of walkBatches(bytes)) {
    const filter = {
      accept,
      ...(literals.length === 0 ? {} : { literals }),
      ...(unlessHidden === null ? {} : { unlessHidden }),
    }
    const wanted = {
      topic,
      partition: 0,
      from: 0n,
      to: 1_000n,
      sinceMs: null,
      untilMs: null,
      transaction: null,
    }
    expect(readRecords(batch, { ...wanted, filter }, into)).toBe(messages.length)
  }
  return into.map(({ offset }) => Number(offset))
}

describe('batches are looked through by the texts of an expression', () => {
  it('and none that fits is lost, in whatever format it was written', () => {
    let [matched, skipped] = [0, 0]
    fc.assert(
      fc.property(source, fc.array(message, { minLength: 1, maxLength: 6 }), (asked, messages) => {
        const taken = new Set(takeOf(asked, messages))
        for (const [place, one] of messages.entries()) {
          if (!taken.has(place)) skipped += 1
          if (!fits(asked, one)) continue
          matched += 1
          expect(taken.has(place), `${asked} ${one.raw.value?.toString()}`).toBe(true)
        }
      }),
      { numRuns: 1_500 },
    )
    expect(matched).toBeGreaterThan(50)
    expect(skipped).toBeGreaterThan(500)
  })

  it.each(kinds)('each word of %s is found by it', (kind) => {
    for (const s of ['customer-0123456789ab', 'acme', 'Zoë', 'a"b\\c', 'x/y/z'])
      for (const state of states) {
        const value = writers[kind]?.({ s, state }, 'value') ?? plain('')
        const one = madeOf(plain('k'), value)
        for (const asked of [
          `value.s == ${quoted(s)}`,
          `value.state == '${state}'`,
          `value.contains(${quoted(s)})`,
        ])
          if (fits(asked, one)) expect(takeOf(asked, [one]), `${kind} ${asked}`).toEqual([0])
      }
  })

  it('and those that can not fit are skipped where they are JSON or text', () => {
    const messages = ['json', 'json, spaced', 'list', 'event', 'text', 'xml'].map((kind) =>
      madeOf(plain('k'), writers[kind]?.({ s: 'acme', state: 'OPEN' }, 'value') ?? plain('')),
    )
    expect(takeOf(`value.s == 'other-tenant'`, messages)).toEqual([])
    expect(takeOf(`value.s == 'acme'`, messages)).toHaveLength(messages.length)
    expect(takeOf(`key == 'another'`, messages)).toEqual([])
  })
})
