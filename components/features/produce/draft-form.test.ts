import { describe, expect, it } from 'vitest'
import type { MessageDetail } from '#server/contracts/messages.ts'
import type { Position, TopicName } from '#server/contracts/scalars.ts'
import type { TopicSchemas } from '#server/contracts/schemas.ts'
import {
  draftOf,
  editedAs,
  editsOf,
  emptyForm,
  formOfMessage,
  makeIdempotencyKey,
  timestampOf,
} from './draft-form.ts'

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64')
const side = { isJson: false, truncated: false, schema: null, problem: null }
const message = {
  topic: 'orders' as TopicName,
  partition: 3,
  offset: '7',
  position: '3@7' as Position,
  timestampMs: 1,
  timestampType: 'create',
  key: { ...side, kind: 'text', text: 'é', sizeBytes: 2, raw: base64('é') },
  value: {
    ...side,
    kind: 'avro',
    text: '{"id": 9007199254740993}',
    sizeBytes: 8,
    raw: base64(new Uint8Array(8)),
    schema: { id: 12, name: 'orders-value', version: 3 },
  },
  headerCount: 3,
  sizeBytes: 10,
  isTombstone: false,
  traceId: null,
  headers: [
    { name: 'a', text: 'x', encoding: 'text', meaning: null, raw: base64('x') },
    { name: 'a', text: null, encoding: 'null', meaning: null, raw: null },
    { name: 'b', text: '00ff', encoding: 'hex', meaning: null, raw: base64(new Uint8Array([0, 255])) },
  ],
  registryProblem: null,
} as const satisfies MessageDetail

describe('producing again', () => {
  const start = formOfMessage('orders', message)

  it('keeps key and value as bytes of the original, and headers in order with nulls and bytes', () => {
    expect(draftOf(start)).toMatchObject({
      key: { as: 'original' },
      value: { as: 'original' },
      headers: [
        { name: 'a', as: 'text', text: 'x' },
        { name: 'a', as: 'null' },
        { name: 'b', as: 'base64', text: base64(new Uint8Array([0, 255])) },
      ],
      original: { topic: 'orders', position: '3@7' },
      partition: null,
      timestampMs: null,
    })
    expect(editsOf(start, start)).toEqual([])
  })

  it('edits start from the decoded text under the same schema, every digit kept, and are named', () => {
    const edited = { ...start, value: { ...start.value, as: editedAs(message, 'value') } }
    expect(draftOf(edited).value).toEqual({
      as: 'schema',
      schema: { id: 12 },
      text: '{"id": 9007199254740993}',
      message: null,
    })
    expect(editsOf({ ...edited, headers: [] }, start)).toEqual(['value', 'headers'])
    expect(editedAs(message, 'key')).toBe('text')
  })

  it('bytes that are no text are edited as base64', () => {
    const bytes = {
      ...message,
      key: { ...message.key, kind: 'bytes' as const, raw: base64(new Uint8Array([255, 0])) },
    }
    expect([editedAs(bytes, 'key'), formOfMessage('orders', bytes).key.text]).toEqual(['base64', '/wA='])
  })
})

describe('what is typed', () => {
  it('is a time with its zone or milliseconds, or none', () => {
    expect(timestampOf('')).toBeNull()
    expect(timestampOf('1700000000123')).toBe('1700000000123')
    expect(timestampOf('2026-11-21T03:00:00Z')).toBe('1795230000000')
    expect(timestampOf('2026-11-21 03:00')).toBeUndefined()
  })

  it('names the latest version of the topic’s subject unless another is chosen', () => {
    const form = emptyForm('orders', null)
    const bySchema = { ...form, value: { ...form.value, as: 'schema' as const } }
    expect(draftOf(bySchema).value).toMatchObject({ schema: { subject: 'orders-value', version: 'latest' } })
    const second = { ...bySchema, value: { ...bySchema.value, version: '2' } }
    expect(draftOf(second).value).toMatchObject({ schema: { subject: 'orders-value', version: 2 } })
  })

  it('has an idempotency key that is a UUID and never the same', () => {
    const keys = Array.from({ length: 50 }, makeIdempotencyKey)
    expect(new Set(keys).size).toBe(50)
    for (const key of keys)
      expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('an empty form', () => {
  const seen = (subject: string | null, inSample: number, version: number) => ({
    topic: 'orders' as TopicName,
    side: 'value' as const,
    schemaId: 10 + version,
    subject,
    version,
    firstSeenAt: 1,
    lastSeenAt: 2,
    inSample,
    sampleMessages: 100,
    sampledAt: 3,
    services: [],
  })
  const schemasOf = (withoutSchema: number, ...sightings: ReturnType<typeof seen>[]): TopicSchemas => ({
    topic: 'orders' as TopicName,
    sides: [
      {
        side: 'value',
        subjects: [],
        sample: { sampledAt: 3, messages: 100, nulls: 0, withoutSchema, format: null, problem: null },
        sightings,
        drifts: [],
      },
      { side: 'key', subjects: [], sample: null, sightings: [], drifts: [] },
    ],
    degraded: [],
  })
  const startOf = (schemas: TopicSchemas | null) => {
    const { key, value } = emptyForm('orders', schemas)
    return { key: key.as, value: value.as, subject: value.subject, version: value.version }
  }
  const plain = { key: 'text', value: 'json', subject: 'orders-value', version: '' }

  it('starts by the subject that most messages of the topic carry, in its latest version', () => {
    const both = schemasOf(10, seen('shop.Paid', 30, 1), seen('shop.Order', 25, 1), seen('shop.Order', 35, 2))
    expect(startOf(both)).toEqual({ ...plain, value: 'schema', subject: 'shop.Order' })
  })
  it('starts with JSON where no schema is known, most carry none, or none is carried any more', () => {
    const others = [
      null,
      schemasOf(100),
      schemasOf(60, seen('shop.Order', 40, 1)),
      schemasOf(0, seen('shop.Order', 0, 1)),
      schemasOf(0, seen(null, 100, 1)),
    ]
    for (const schemas of others) expect(startOf(schemas)).toEqual(plain)
  })
})
