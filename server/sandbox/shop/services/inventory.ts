import { setTimeout as sleep } from 'node:timers/promises'
import { consume } from '../consume.ts'
import {
  bucketOf,
  causedBy,
  makePoison,
  nameBusiness,
  type Received,
  type ServiceKit,
} from '../service-kit.ts'

/** Reserves stock for paid orders and releases it for cancelled ones. */
export const runInventory = async (kit: ServiceKit): Promise<void> => {
  const poison = makePoison(kit)

  const work = async (): Promise<void> => {
    // Slower than the orders arrive, whatever their rate.
    if (kit.isBroken('slow-inventory')) await sleep(1_500 / Math.max(1, kit.control.state().rate))
  }

  const reserve = async (received: Received): Promise<void> => {
    if (received.value === null) return
    const { refused, orderId } = kit.codecs.readPayment(received.value)
    nameBusiness(orderId)
    if (refused) return
    await work()
    const event = kit.codecs.stock({
      kind: 'StockReserved',
      orderId,
      sku: 'mug-blue',
      quantity: 1 + bucketOf(orderId, 3),
    })
    await kit.send('stock', orderId, poison(event), causedBy(received, 'StockReserved', 'inventory'))
  }

  const release = async (received: Received): Promise<void> => {
    if (received.value === null) return
    const { orderId } = kit.codecs.readJson(received.value) as { orderId: string }
    nameBusiness(orderId)
    const event = kit.codecs.stock({ kind: 'StockReleased', orderId, reason: 'order cancelled' })
    await kit.send('stock', orderId, event, causedBy(received, 'StockReleased', 'inventory'))
  }

  await consume(kit, { group: 'inventory', topics: ['payments'], handle: reserve })
  await consume(kit, { group: 'inventory-release', topics: ['order-events'], handle: release })
}
