import { setTimeout as sleep } from 'node:timers/promises'
import { consume } from '../consume.ts'
import { nodeStack, springHeaders } from '../dead-letters/frameworks.ts'
import {
  causedBy,
  type Failure,
  inSpan,
  nameBusiness,
  type Received,
  type ServiceKit,
} from '../service-kit.ts'
import type { Topic } from '../shop-names.ts'
import { CardDeclinedException, PaymentClient } from './payment-client.ts'

/** SHOP_RETRY_DELAYS_MS="1000,3000": how long a failed order waits before each of its two retries. */
const [firstMs, secondMs] = (process.env.SHOP_RETRY_DELAYS_MS ?? '').split(',').map(Number)
const retries: readonly { readonly topic: Topic; readonly backoffMs: number }[] = [
  { topic: 'orders-retry-0', backoffMs: firstMs || 1_000 },
  { topic: 'orders-retry-1', backoffMs: secondMs || 3_000 },
]

const headerBytes = (received: Received, name: string): Buffer | null => {
  const value = received.message.headers?.[name]
  const last = Array.isArray(value) ? value.at(-1) : value
  return last === undefined ? null : Buffer.from(last)
}

/** Charges orders. What fails is tried again from two retry topics and then given up on, as Spring Kafka does it. */
export const runPayments = async (kit: ServiceKit): Promise<void> => {
  const client = new PaymentClient(() => kit.isBroken('payment-bug'))

  const charge = async (received: Received): Promise<void> => {
    if (received.value === null) throw new TypeError('the order has no value')
    const order = kit.codecs.readOrder(received.value)
    const customerId = order.customerId.toString()
    nameBusiness(order.orderId, customerId)
    try {
      const { reference } = await inSpan('PaymentClient.charge', { 'order.id': order.orderId }, () =>
        client.charge(order),
      )
      const { orderId, totalCents, currency } = order
      const event = kit.codecs.settled({
        orderId,
        customerId: order.customerId,
        amountMinor: totalCents,
        currency,
        reference,
      })
      await kit.send('payments', orderId, event, causedBy(received, 'PaymentSettled', 'payments'))
    } catch (error) {
      if (!(error instanceof CardDeclinedException)) throw error
      const event = kit.codecs.refused({
        orderId: order.orderId,
        customerId: order.customerId,
        reason: error.message,
      })
      await kit.send('payments', order.orderId, event, causedBy(received, 'PaymentRefused', 'payments'))
    }
  }

  const retryWhenDue = async (received: Received): Promise<void> => {
    const due = headerBytes(received, 'retry_topic-backoff-timestamp')
    const waitMs = due === null ? 0 : Number(BigInt(`0x${due.toString('hex')}`)) - Date.now()
    if (waitMs > 0) await sleep(Math.min(waitMs, 10_000))
    await charge(received)
  }

  const giveUp = async ({ topic, partition, message, error, group }: Failure): Promise<void> => {
    const hop = topic === 'orders' ? 0 : topic === 'orders-retry-0' ? 1 : 2
    const next = retries[hop]
    await kit.deadLetters.write(
      next?.topic ?? 'orders-dlt',
      { topic, partition, offset: BigInt(message.offset) },
      (record) =>
        springHeaders(
          record.headers,
          {
            topic,
            partition,
            offset: BigInt(message.offset),
            timestamp: record.timestamp,
            group: group.replace(/-retry$/, ''),
            errorClass: error.name,
            causeClass: error.cause instanceof Error ? error.cause.name : error.name,
            message: error.message,
            causeMessage: error.cause instanceof Error ? error.cause.message : error.message,
            stack: nodeStack(error),
          },
          { notBefore: BigInt(Date.now() + (next?.backoffMs ?? 0)) },
        ),
      { keepTimestamp: false, keepPartition: true },
    )
  }

  // An order that was charged is not charged again, whoever sends it again and by which way.
  const effect = 'charge'
  await consume(kit, { group: 'payments', topics: ['orders'], effect, handle: charge, giveUp })
  await consume(kit, {
    group: 'payments-retry',
    topics: ['orders-retry-0', 'orders-retry-1'],
    effect,
    handle: retryWhenDue,
    giveUp,
  })
}
