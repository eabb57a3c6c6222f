import { makeServiceKit, type ServiceKit } from './service-kit.ts'
import { runAnalytics } from './services/analytics.ts'
import { runFraud } from './services/fraud.ts'
import { runInventory } from './services/inventory.ts'
import { runLegacy } from './services/legacy.ts'
import { runNotifications } from './services/notifications.ts'
import { runOrders } from './services/orders.ts'
import { runPayments } from './services/payments.ts'
import { runShipping } from './services/shipping.ts'
import { runStorefront } from './services/storefront.ts'
import type { ServiceName } from './shop-names.ts'

const services = {
  storefront: runStorefront,
  orders: runOrders,
  payments: runPayments,
  inventory: runInventory,
  shipping: runShipping,
  notifications: runNotifications,
  analytics: runAnalytics,
  fraud: runFraud,
  legacy: runLegacy,
} as const satisfies Record<ServiceName, (kit: ServiceKit) => Promise<void>>

/** One service in this process; its name is the argument. */
const name = (process.argv[2] ?? '') as ServiceName
const kit = await makeServiceKit(name)

const stop = async (): Promise<void> => {
  const insist = setTimeout(() => process.exit(0), 3_000)
  await kit.close()
  clearTimeout(insist)
  process.exit(0)
}
process.once('SIGTERM', () => void stop())
process.once('SIGINT', () => void stop())
// Its parent is gone: nobody would stop it any more.
process.once('disconnect', () => void stop())

await services[name](kit)
