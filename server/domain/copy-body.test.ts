import fc from 'fast-check'
import { expect, it } from 'vitest'
import { makeBodyLooker } from './copy-body.ts'
import { originTimestampAt, originTimestampOf } from './copy-timestamp.ts'
import type { RawHeader } from './dead-letter.ts'
import { everyLetter, text, userHeaders } from './hand-written-letters-fixture.ts'
import { openBody, sealBody } from './record-body.ts'
import { makeCopyHeaders, makeLineage } from './replay-copy.ts'

const lineage = makeLineage({
  id: '3f0c0d51-9a2c-4a4e-8f43-0f6d7c6a5b11',
  number: 42,
  nowMs: 1_763_694_131_000n,
})({
  itemId: 9_223_372_036_854_775_807n,
  source: `${'orders.'.repeat(30)}dlt@11@9223372036854775807`,
  attempt: 1,
  originMs: 1_763_690_400_000n,
})

/** Of all lengths at which a varint takes another byte. */
const bytes = fc.option(
  fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom(0, 63, 64, 8_191, 8_192).map((length) => new Uint8Array(length)),
  ),
)
const own = fc.record({
  name: fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom('tag', 'traceparent', 'x-replay-id', 'topic', 'source', 'kafka_dlt-original-topic'),
  ),
  value: bytes,
})
/** A letter of one of all conventions, with what its user wrote before, between and after; or of none. */
const headers = fc
  .tuple(
    fc.constantFrom<readonly RawHeader[]>([], ...Object.values(everyLetter)),
    fc.array(own, { maxLength: 70 }),
  )
  .chain(([letter, added]) => fc.shuffledSubarray([...letter, ...added], { minLength: letter.length }))
const letters = fc.array(
  fc.record({ key: bytes, value: bytes, headers, repeat: fc.integer({ min: 1, max: 3 }) }),
  { maxLength: 6 },
)

it('a letter that is copied by its bytes is the one that is copied header by header', () => {
  fc.assert(
    fc.property(letters, (made) => {
      const look = makeBodyLooker()
      for (const { repeat, ...content } of made)
        for (let again = 0; again < repeat; again++) {
          const letter = look(sealBody(content))
          if (letter === null) continue
          const stamped = { timestampMs: 7n, timestampType: 'create' } as const
          expect(originTimestampAt(letter.originTime, letter.headerAt, stamped)).toBe(
            originTimestampOf({ ...stamped, headers: content.headers }),
          )
          const copy = letter.copy(lineage)
          expect(copy).toEqual(sealBody({ ...content, headers: makeCopyHeaders(content.headers, lineage) }))
        }
    }),
  )
})

it('names that are no UTF-8 stay as they are, and are no reason to read another letter otherwise', () => {
  const look = makeBodyLooker()
  const spring = everyLetter.springOnce ?? []
  const before = { name: 'aa', value: null }
  const plain = sealBody({ key: null, value: null, headers: [before, ...spring] })
  const strange = Buffer.from(plain)
  strange[strange.indexOf('aa')] = 0xff
  const replaced = sealBody({
    key: null,
    value: null,
    headers: [{ name: '\ufffda', value: null }, ...spring],
  })
  for (const body of [sealBody({ key: null, value: null, headers: spring }), strange, replaced, strange]) {
    const letter = look(body)
    if (!letter) throw new Error('it is copied by its bytes')
    const { headers } = openBody(body)
    expect(originTimestampAt(letter.originTime, letter.headerAt, { timestampMs: 7n })).toBe(
      originTimestampOf({ headers, timestampMs: 7n }),
    )
    expect(letter.copy(lineage).includes(Buffer.from([0xff, 0x61]))).toBe(body === strange)
  }
})

it('one that was replayed before is opened, since its lineage counts; so is one that is no dead letter', () => {
  const look = makeBodyLooker()
  const body = (own: readonly RawHeader[]) => sealBody({ key: null, value: null, headers: own })
  expect(look(body([text('kafka_dlt-original-topic', 'orders')]))).not.toBeNull()
  expect(look(body([text('kafka_dlt-original-topic', 'orders'), text('x-replay-id', 'r')]))).toBeNull()
  expect(look(body(userHeaders))).toBeNull()
})

it('of all conventions only letters that died several times are opened', () => {
  const look = makeBodyLooker()
  const opened = Object.entries(everyLetter)
    .filter(([, own]) => look(sealBody({ key: null, value: null, headers: own })) === null)
    .map(([name]) => name)
  expect(opened.filter((name) => !/Twice$|^retryable|^smallryeRetry/.test(name))).toEqual([])
})
