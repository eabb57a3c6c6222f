import fc from 'fast-check'
import { expect, it } from 'vitest'
import { makeBodyLooker } from './copy-body.ts'
import { originTimestampAt, originTimestampOf } from './copy-timestamp.ts'
import type { RawHeader } from './dead-letter.ts'
import { everyLetter, text, userHeaders } from './hand-written-letters-fixture.ts'
import { openBody, sealBody } from './record-body.ts'
import { makeCopyHeaders, writeLineage } from './replay-copy.ts'

const lineage = {
  'x-replay-id': '3f0c0d51-9a2c-4a4e-8f43-0f6d7c6a5b11',
  'x-replay-number': '42',
  'x-replay-item': '9223372036854775807',
  'x-replay-source': `${'orders.'.repeat(30)}dlt@11@9223372036854775807`,
  'x-replay-attempt': '1',
  'x-replay-at': '2026-11-21T03:02:11.000Z',
  'x-replay-origin-at': '2026-11-21T02:00:00.000Z',
}
const lineageText = writeLineage(lineage)

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
          const copy = letter.copy(lineageText)
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
    expect(letter.copy(lineageText).includes(Buffer.from([0xff, 0x61]))).toBe(body === strange)
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

it('the text of a lineage is what its headers are written as', () => {
  const { text: written, count } = lineageText
  const kept = makeCopyHeaders([], lineage)
  const [head = 0] = sealBody({ key: null, value: null, headers: [] }).subarray(2)
  expect(head).toBe(0)
  expect(count).toBe(kept.length)
  expect(Buffer.from(written, 'latin1')).toEqual(
    sealBody({ key: null, value: null, headers: kept }).subarray(3),
  )
  expect(
    openBody(Buffer.concat([Buffer.from([1, 1, 2 * count]), Buffer.from(written, 'latin1')])).headers,
  ).toEqual(kept)
})
