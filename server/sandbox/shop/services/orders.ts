import type { Order } from '../codecs.ts'
import { consume } from '../consume.ts'
import { type Header, textHeader } from '../exact-producer.ts'
import {
  bucketOf,
  causedBy,
  cloudEventHeaders,
  makePoison,
  nameBusiness,
  type Received,
  type ServiceKit,
} from '../service-kit.ts'

const payments = ['CARD', 'CARD', 'CARD', 'CARD', 'CARD', 'INVOICE', 'INVOICE', 'WALLET'] as const

/** One order in so many is sent with headers that only an exact client can write. */
const exactShare = 10

/** Accepts checkouts as orders, and runs the saga: an order whose payment is refused is cancelled. */
export const runOrders = async (kit: ServiceKit): Promise<void> => {
  const poison = makePoison(kit)

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
    const isChanged = kit.isBroken('schema-change') && bucketOf(orderId, 2) === 0
    const value = poison(isChanged ? await kit.codecs.brokenOrder(order) : kit.codecs.order(order))
    const headers = {
      ...cloudEventHeaders('shop.orders.OrderPlaced', 'orders', orderId, new Date()),
      'customer-id': customerId.toString(),
      ...causedBy(received, 'OrderPlaced', 'orders'),
    }
    const checksum = Buffer.from([0xff, 0x00, bucketOf(orderId, 256)])
    const origin = bucketOf(orderId, 2) === 0 ? 'web' : 'app'
    if (bucketOf(`exact ${orderId}`, exactShare) > 0)
      return void (await kit.send('orders', orderId, value, { ...headers, tag: ['new', origin], checksum }))
    // Two headers of one name with others between them, a null, an empty and a binary one: exactness can be seen on them.
    const exact: Header[] = [
      textHeader('tag', 'new'),
      ...Object.entries(headers).map(([name, text]) => textHeader(name, String(text))),
      [Buffer.from('gift-note'), null],
      textHeader('coupon', ''),
      [Buffer.from('checksum'), checksum],
      textHeader('tag', origin),
    ]
    await kit.sendExactly('orders', orderId, value, exact)
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
