import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RawHeader } from './dead-letter.ts'
import * as letters from './hand-written-letters-fixture.ts'
import { sayConfidence } from './judge-confidence.ts'
import { readLetterFacts, stackLines } from './letter-facts.ts'

const read = (
  headers: readonly RawHeader[],
  topic = 'letters',
  value: Uint8Array | null = Buffer.from('{}'),
) => readLetterFacts('local', { topic, headers, key: value, value })
const why = (headers: readonly RawHeader[], topic = 'letters') => {
  const { decoded, origin, confidence } = read(headers, topic)
  return [confidence, sayConfidence({ decoded, origin, topic })]
}

describe('how sure an origin is', () => {
  it.each([
    ['certain', 'stand in headers of Spring Kafka', letters.springOnce, 'orders-dlt'],
    ['likely', 'applications use such names, too', letters.karafka('source_'), 'dead'],
    ['likely', 'died behind a repartition', letters.streams('E'), 'streams-dlq'],
    ['likely', 'looks like the id of a topic', letters.shareGroup('ZGVhZGJlZWZkZWFkYmVlZg'), 'dlq.x'],
    ['likely', 'its partition and offset are missing', letters.watermill, 'poison'],
    [
      'likely',
      'headers of SmallRye (Quarkus) and Spring Kafka',
      [...letters.smallryeTwice, ...letters.springOnce],
      'dead-letter-topic-x',
    ],
    ['guess', 'Only the name orders-dlq tells', letters.laravelKafka, 'orders-dlq'],
    ['none', 'None of its headers is of a convention that is known', letters.userHeaders, 'letters'],
    [
      'none',
      'The headers of Wolverine do not name the topic',
      letters.wolverine,
      'wolverine-dead-letter-queue',
    ],
  ])('%s, because %s', (level, words, headers, topic) => {
    const [confidence, reason] = why(headers, topic)
    expect(confidence).toBe(level)
    expect(reason).toContain(words)
  })
})

it('names the topic of an id that a share group wrote, and says so', () => {
  const headers = letters.shareGroup('ZGVhZGJlZWZkZWFkYmVlZg')
  const source = { topic: 'dlq.x', headers, key: null, value: null }
  const { decoded, origin, ...facts } = readLetterFacts('local', source, undefined, () => 'orders')
  expect(facts).toMatchObject({ originTopic: 'orders', confidence: 'certain', isPointer: true })
  expect(sayConfidence({ decoded, origin, topic: 'dlq.x' })).toContain('it is that of orders')
})

describe('what a letter tells of its failure', () => {
  it('is the root cause and its message, past the wrappers of Spring', () => {
    const facts = read(letters.springOnce)
    expect(facts).toMatchObject({
      rootCause: 'com.shop.payments.CardDeclinedException',
      errorClass: 'com.shop.payments.PaymentFailed',
      message: 'card refused by bank-7',
      frame: 'com.shop.payments.PaymentClient.charge(PaymentClient.java)',
      group: 'payments',
    })
  })

  it('is one failure, whichever style of Spring wrote it', () => {
    const first = read(letters.springOnce)
    expect(read(letters.retryable).failureGroupId).toBe(first.failureGroupId)
    expect(read(letters.springTwice).failureGroupId).toBe(first.failureGroupId)
    expect(read(letters.retryable).errorKey).toBe(first.errorKey)
    expect(read(letters.smallryeTwice).errorKey).not.toBe(first.errorKey)
  })

  it('keeps a wrapper only where nothing else is known, and groups by its message then', () => {
    const onlyWrapper = (message: string) =>
      read([
        letters.text('x-original-topic', 'orders'),
        letters.text('x-exception-fqcn', 'org.springframework.messaging.MessagingException'),
        letters.text('x-exception-message', message),
      ])
    expect(onlyWrapper('a')).toMatchObject({
      rootCause: null,
      errorClass: 'org.springframework.messaging.MessagingException',
    })
    expect(onlyWrapper('order 7 refused').failureGroupId).toBe(onlyWrapper('order 8 refused').failureGroupId)
    expect(onlyWrapper('refused').failureGroupId).not.toBe(onlyWrapper('expired').failureGroupId)
  })
})

describe('a pointer', () => {
  it('is a letter of a share group without key and value, and nothing else is', () => {
    expect(read(letters.shareGroup(), 'dlq.orders', null).isPointer).toBe(true)
    expect(read(letters.shareGroup(), 'dlq.orders').isPointer).toBe(false)
    expect(read(letters.springOnce, 'orders-dlt', null).isPointer).toBe(false)
    const copiedTombstone = readLetterFacts('local', {
      topic: 'dlq.orders',
      headers: letters.shareGroup(),
      key: Buffer.from('order-7'),
      value: null,
    })
    expect(copiedTombstone.isPointer).toBe(false)
  })
})

it('reads any record without an exception', () => {
  const header = fc.record({
    name: fc.oneof(fc.string(), fc.constantFrom(...letters.springOnce.map(({ name }) => name))),
    value: fc.option(fc.uint8Array()),
  })
  fc.assert(
    fc.property(fc.array(header), fc.string(), fc.option(fc.uint8Array()), (headers, topic, value) => {
      const facts = read(headers, topic, value)
      stackLines(facts.stack)
      expect(facts.failureGroupId).toMatch(/^[0-9a-f]{16}$/)
    }),
  )
})
