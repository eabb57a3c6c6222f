import { makeCodecs } from './codecs.ts'
import { followControl } from './control.ts'
// Before kafkajs is loaded.
import { flushSpans, runAsService } from './instrument.ts'
import { makeServiceKit, type ServiceKit, untilItWorks } from './service-kit.ts'
import { runAnalytics } from './services/analytics.ts'
import { runFraud } from './services/fraud.ts'
import { runInventory } from './services/inventory.ts'
import { runNotifications } from './services/notifications.ts'
import { runOrders } from './services/orders.ts'
import { runPayments } from './services/payments.ts'
import { runShipping } from './services/shipping.ts'
import { runStorefront } from './services/storefront.ts'
import { defaultControl, type TracedService } from './shop-names.ts'

const services = {
  storefront: runStorefront,
  orders: runOrders,
  payments: runPayments,
  inventory: runInventory,
  shipping: runShipping,
  notifications: runNotifications,
  analytics: runAnalytics,
  fraud: runFraud,
} as const satisfies Record<TracedService, (kit: ServiceKit) => Promise<void>>

/** The services named by the arguments, together in this process, each with clients and spans of its own. */
const names = process.argv.slice(2) as TracedService[]
const kits: ServiceKit[] = []

let leaving = false
const leave = async (code: number): Promise<void> => {
  if (leaving) return
  leaving = true
  const insist = setTimeout(() => process.exit(code), 4_000)
  await Promise.allSettled(kits.map((kit) => kit.close()))
  await flushSpans()
  clearTimeout(insist)
  process.exit(code)
}
process.once('SIGTERM', () => void leave(0))
process.once('SIGINT', () => void leave(0))
// Its parent is gone: nobody would stop it any more.
process.once('disconnect', () => void leave(0))
process.once('uncaughtException', (error) => {
  console.error(error)
  void leave(1)
})

const control = followControl(defaultControl)
const codecs = await untilItWorks('shop', () => makeCodecs())
const start = async (name: TracedService): Promise<void> => {
  const kit = await makeServiceKit({ service: name, codecs, control })
  kits.push(kit)
  await services[name](kit)
}
await Promise.all(names.map((name) => runAsService(name, () => start(name))))
