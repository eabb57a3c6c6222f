import { expect, test } from 'vitest'
import { isSearchable, messageColumnOf, readMessageColumns, searchTermsOf } from './message-attributes.ts'

test('three generations of names fill the same columns', () => {
  for (const name of [
    'messaging.destination.partition.id',
    'messaging.kafka.destination.partition',
    'messaging.kafka.partition',
  ])
    expect(messageColumnOf(name)).toBe('partition')
  for (const name of ['messaging.kafka.offset', 'messaging.kafka.message.offset'])
    expect(messageColumnOf(name)).toBe('offset')
  for (const name of ['messaging.consumer.group.name', 'messaging.kafka.consumer.group'])
    expect(messageColumnOf(name)).toBe('group')
})

test('what can not be a partition or an offset counts as not given', () => {
  expect(readMessageColumns({ topic: 'orders', partition: '-1', offset: '9223372036854775808' })).toEqual({
    topic: 'orders',
    partition: null,
    offset: null,
    group: null,
  })
  expect(readMessageColumns({ topic: '', offset: '9223372036854775807' })).toMatchObject({
    topic: null,
    offset: 9223372036854775807n,
  })
})

test('traces are found by ids of the business, not by ids of machines', () => {
  for (const name of [
    'order.id',
    'orderId',
    'customer_id',
    'messaging.kafka.message.key',
    'messaging.message.id',
  ])
    expect([name, isSearchable(name)]).toEqual([name, true])
  for (const name of [
    'service.instance.id',
    'thread.id',
    'messaging.client.id',
    'messaging.client_id',
    'paid',
    'monkey',
  ])
    expect([name, isSearchable(name)]).toEqual([name, false])
})

test('an order is found by its number alone', () => {
  expect(searchTermsOf('order-4711')).toEqual(['order-4711', '4711'])
  expect(searchTermsOf('4711')).toEqual(['4711'])
  expect(searchTermsOf('4711-de')).toEqual(['4711-de'])
  expect(searchTermsOf('0b0f2f02-0972-4a34-8f53-63951d2bfc96')).toHaveLength(1)
  expect(searchTermsOf('x'.repeat(201))).toEqual([])
})
