import { describe, expect, it, test } from 'vitest'
import type { DecodedDeadLetter } from './dead-letter.ts'
import { type FoundFact, findOrigin, originByTopicName } from './dead-letter-origin.ts'
import { decodeDeadLetter } from './decode-dead-letter.ts'
import { text } from './hand-written-letters-fixture.ts'

test.each([
  ['orders-dlt', 'orders', null],
  ['orders.DLT', 'orders', null],
  ['orders-retry-1-dlt', 'orders', null],
  ['dead-letter-topic-stock', 'stock', null],
  ['error.orders.payments', 'orders', 'payments'],
  ['orders-dlq', 'orders', null],
  ['dlq.orders', 'orders', null],
  ['orders.dead-letters', 'orders', null],
  ['orders_error', 'orders', null],
  ['orders_skipped', 'orders', null],
  ['%DLQ%payments', null, 'payments'],
  ['connect-dlq', null, null],
  ['anything', null, null],
])('%s names the origin %s and the group %s', (topic, originTopic, group) => {
  expect(originByTopicName(topic)).toEqual({ originTopic, group })
})

const told = (originTopic: string | undefined, group?: string): DecodedDeadLetter | null =>
  decodeDeadLetter(
    [
      text('__connect.errors.topic', originTopic ?? 'x'),
      ...(group === undefined ? [] : [text('__connect.errors.connector.name', group)]),
    ].filter(({ name }) => originTopic !== undefined || name !== '__connect.errors.topic'),
  )

const mapping = { topics: /^(.+)-parked$/, originTopic: '$1', group: 'mapped' }

describe('where a letter comes from', () => {
  it.each([
    [
      'its headers before all else',
      told('orders', 'sink'),
      'stock-dlt',
      'orders header',
      'connect-sink header',
    ],
    [
      'the name where there are no headers',
      null,
      'error.orders.payments',
      'orders topic-name',
      'payments topic-name',
    ],
    [
      'headers for the topic and the name for the group, past the dots of the topic',
      told('orders.v1'),
      'error.orders.v1.payments',
      'orders.v1 header',
      'payments topic-name',
    ],
    [
      'no group from a name that speaks of another topic',
      told('orders'),
      'error.stock.payments',
      'orders header',
      null,
    ],
    ['the mapping where no name tells', null, 'orders-parked', 'orders mapping', 'mapped mapping'],
    ['the mapping for what headers lack', told('stock'), 'orders-parked', 'stock header', 'mapped mapping'],
    ['the name before the mapping', null, 'a-parked-dlq', 'a-parked topic-name', null],
    ['nothing', null, 'anything', null, null],
  ])('is told by %s', (_, decoded, topic, originTopic, group) => {
    const found = findOrigin(decoded, topic, [mapping])
    const say = (fact: FoundFact | null) => fact && `${fact.value} ${fact.from}`
    expect([say(found.originTopic), say(found.group)]).toEqual([originTopic, group])
  })
})
