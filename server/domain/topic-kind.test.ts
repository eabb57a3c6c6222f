import { expect, it } from 'vitest'
import { isDeadLetterTopic, topicKindOf } from './topic-kind.ts'

it.each([
  'orders-dlt',
  'orders.DLT',
  'error.orders.payments',
  'dead-letter-topic-orders',
  'dlq.orders',
  'connect-dlq',
  'submit-order_error',
  'orders.dead-letters',
  '%DLQ%payments',
  'wolverine-dead-letter-queue',
])('%s holds dead letters by its name', (name) => {
  expect(topicKindOf(name, false)).toBe('dead-letter')
})

it.each(['orders', 'error_rates', '_error', 'orders_errors', 'error', 'errors.v1', 'terror', 'orders-retry'])(
  '%s does not',
  (name) => {
    expect(isDeadLetterTopic(name)).toBe(false)
  },
)
