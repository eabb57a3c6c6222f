import { expect, test } from 'vitest'
import { originByTopicName } from './dead-letter-origin.ts'

test.each([
  ['orders-dlt', 'orders', null],
  ['orders.DLT', 'orders', null],
  ['orders-retry-1-dlt', 'orders', null],
  ['dead-letter-topic-stock', 'stock', null],
  ['error.orders.payments', 'orders', 'payments'],
  ['orders-dlq', 'orders', null],
  ['dlq.orders', 'orders', null],
  ['orders.dead-letters', 'orders', null],
  ['connect-dlq', null, null],
  ['anything', null, null],
])('%s names the origin %s and the group %s', (topic, originTopic, group) => {
  expect(originByTopicName(topic)).toEqual({ originTopic, group })
})
