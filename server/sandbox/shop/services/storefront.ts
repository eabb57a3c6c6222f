import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { findLastOrderNumber } from '../order-numbers.ts'
import { bucketOf, inSpan, type ServiceKit, untilItWorks } from '../service-kit.ts'

/** Customers have ids beyond what a double holds: whoever rounds them shows another customer. */
const customerOf = (number: number): bigint => 9_007_199_254_740_993n + BigInt(number % 997) * 2n

const skus = ['mug-blue', 'mug-red', 'kettle', 'teapot', 'cup-set', 'tray']

/** The web shop: takes checkouts at the set rate and keeps customer profiles. */
export const runStorefront = async (kit: ServiceKit): Promise<void> => {
  let number = await untilItWorks(kit.service, () => findLastOrderNumber(kit.kafka, kit.brokers, 'checkouts'))
  const placeOne = (): Promise<unknown> => {
    number += 1
    const orderId = `order-${number}`
    const customerId = customerOf(number)
    const attributes = {
      'http.request.method': 'POST',
      'http.route': '/orders',
      'order.id': orderId,
      'customer.id': customerId.toString(),
    }
    return inSpan('POST /orders', attributes, async () => {
      const id = randomUUID()
      const line = `{"sku":"${skus[bucketOf(orderId, skus.length)]}","quantity":${1 + bucketOf(orderId, 3)}}`
      const body = Buffer.from(
        `{"kind":"CheckoutCompleted","orderId":"${orderId}","customerId":${customerId},"lines":[${line}]}`,
      )
      const head = kit.codecs.checkout({}).subarray(0, 5)
      const headers = {
        'message-id': id,
        'correlation-id': id,
        'idempotency-key': `storefront:${orderId}`,
        'customer-id': customerId.toString(),
      }
      await kit.send('checkouts', orderId, Buffer.concat([head, body]), headers)
    }).catch((error: unknown) => {
      if (!kit.isClosing()) console.error('storefront:', error instanceof Error ? error.message : error)
    })
  }
  const keepProfile = async (): Promise<void> => {
    const key = `customer-${customerOf(number)}`
    const profile = Buffer.from(
      `{"customerId":${customerOf(number)},"tier":"${number % 5 === 0 ? 'gold' : 'standard'}"}`,
    )
    // A profile that was erased is a null value: on a compacted topic, a delete.
    await kit.send('customers', key, number % 7 === 0 ? null : profile).catch(() => {})
  }
  for (let carried = 0, lastProfileAt = 0; !kit.isClosing(); ) {
    const { rate } = kit.control.state()
    const wanted = (kit.isBroken('burst') ? rate * 50 : rate) * 0.2 + carried
    carried = wanted - Math.floor(wanted)
    const started = performance.now()
    await Promise.all(Array.from({ length: Math.floor(wanted) }, placeOne))
    if (started - lastProfileAt > 2_000) {
      lastProfileAt = started
      await keepProfile()
    }
    await sleep(Math.max(10, 200 - (performance.now() - started)))
  }
}
