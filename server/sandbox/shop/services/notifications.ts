import { consume, type Membership } from '../consume.ts'
import { causedBy, nameBusiness, type Received, type ServiceKit } from '../service-kit.ts'

/** Tells customers about their parcels. Leaves its group while `stopped-notifications` is on. */
export const runNotifications = async (kit: ServiceKit): Promise<void> => {
  const notify = async (received: Received): Promise<void> => {
    const event = JSON.parse(received.value?.toString() ?? 'null') as { data?: { orderId?: string } } | null
    const orderId = event?.data?.orderId
    if (orderId === undefined) return
    nameBusiness(orderId)
    const customerId = 9_007_199_254_740_993n
    const value = kit.codecs.messagePack({ orderId, customerId, channel: 'mail', template: 'parcel-sent' })
    await kit.send('notifications', orderId, value, causedBy(received, 'NotificationSent', 'notifications'))
  }

  let membership: Membership | null = null
  let turn: Promise<void> = Promise.resolve()
  const follow = async (): Promise<void> => {
    const shouldRun = !kit.isBroken('stopped-notifications')
    if (shouldRun && membership === null)
      membership = await consume(kit, { group: 'notifications', topics: ['shipments'], handle: notify })
    if (!shouldRun && membership !== null) {
      await membership.leave()
      membership = null
    }
  }
  kit.control.onChange(() => {
    turn = turn.then(follow).catch((error: unknown) => console.error('notifications:', error))
  })
  await follow()
}
