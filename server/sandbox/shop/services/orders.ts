import type { IHeaders } from 'kafkajs'
import type { Order } from '../codecs.ts'
import {
  bucketOf,
  causedBy,
  cloudEventHeaders,
  consume,
  nameBusiness,
  type Received,
  type ServiceKit,
} from '../service-kit.ts'

const payments = ['CARD', 'CARD', 'CARD', 'CARD', 'CARD', 'INVOICE', 'INVOICE', 'WALLET'] as const

/** Accepts checkouts as orders, and runs the saga: an order whose payment is refused is cancelled. */
export const runOrders = async (kit: ServiceKit): Promise<void> => {
  const accept = async (received: Received): Promise<void> => {
    const text = received.value?.subarray(5).toString() ?? ''
    const orderId = /"orderId":"([^"]+)"/.exec(text)?.[1] ?? ''
    const customerId = BigInt(/"customerId":(\d+)/.exec(text)?.[1] ?? '0')
    nameBusiness(orderId, customerId.toString())
    const order: Order = {
      orderId,
      customerId,
      placedAt: Date.now(),
      payment: payments[bucketOf(orderId, payments.length)] ?? 'CARD',
      totalCents: 500 + bucketOf(orderId, 40_000),
      currency: 'EUR',
      lines: [{ sku: 'mug-blue', quantity: 1 + bucketOf(orderId, 3) }],
    }
    // Two headers of one name with another between them, a null and a binary one: exactness can be seen on them.
    const headers: IHeaders = {
      ...cloudEventHeaders('shop.orders.OrderPlaced', 'orders', orderId, new Date()),
      tag: ['new', bucketOf(orderId, 2) === 0 ? 'web' : 'app'],
      'customer-id': customerId.toString(),
      checksum: Buffer.from([0xff, 0x00, bucketOf(orderId, 256)]),
      ...causedBy(received, 'OrderPlaced', 'orders'),
    }
    const isChanged = kit.isBroken('schema-change') && bucketOf(orderId, 2) === 0
    await kit.send(
      'orders',
      orderId,
      isChanged ? await kit.codecs.brokenOrder(order) : kit.codecs.order(order),
      headers,
    )
  }

  const cancelRefused = async (received: Received): Promise<void> => {
    if (received.value === null) return
    const { refused, orderId, reason } = kit.codecs.readPayment(received.value)
    nameBusiness(orderId)
    if (!refused) return
    const event = kit.codecs.orderEvent({ kind: 'OrderCancelled', orderId, reason })
    await kit.send('order-events', orderId, event, causedBy(received, 'OrderCancelled', 'orders'))
  }

  await consume(kit, { group: 'orders', topics: ['checkouts'], handle: accept })
  await consume(kit, { group: 'orders-saga', topics: ['payments'], handle: cancelRefused })
}
