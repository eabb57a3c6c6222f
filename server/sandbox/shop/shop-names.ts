/** Topics of the shop: partitions, and settings where they differ from the broker's. */
export const topics = {
  checkouts: { partitions: 3, settings: {} },
  orders: { partitions: 6, settings: { 'retention.ms': '604800000' } },
  'orders-retry-0': { partitions: 6, settings: {} },
  'orders-retry-1': { partitions: 6, settings: {} },
  'orders-dlt': { partitions: 6, settings: { 'retention.ms': '1209600000' } },
  payments: { partitions: 3, settings: {} },
  stock: { partitions: 3, settings: {} },
  'dead-letter-topic-stock': { partitions: 3, settings: {} },
  shipments: { partitions: 3, settings: {} },
  'connect-dlq': { partitions: 1, settings: {} },
  notifications: { partitions: 2, settings: {} },
  'order-events': { partitions: 3, settings: {} },
  'erp.export': { partitions: 2, settings: {} },
  customers: { partitions: 2, settings: { 'cleanup.policy': 'compact' } },
} as const

export type Topic = keyof typeof topics

/** Services with OpenTelemetry, by the process that hosts them; each is a service of its own in its traces. */
export const hosts = {
  front: ['storefront', 'orders', 'payments'],
  back: ['inventory', 'shipping', 'notifications', 'analytics', 'fraud'],
} as const
export type HostName = keyof typeof hosts
export type TracedService = (typeof hosts)[HostName][number]

/** Ways to fail, by name, with what they do. */
export const breakages = {
  'payment-bug':
    'payments crashes on wallet payments (about 12 % of orders); letters go to orders-dlt after two retries',
  'slow-inventory': 'inventory handles messages more slowly than they arrive; its lag grows',
  'poison-payload':
    'every 10 s a truncated payload on orders, stock and shipments; letters in orders-dlt, dead-letter-topic-stock and connect-dlq',
  'stopped-notifications': 'notifications leaves its group; its lag grows without members',
  'schema-change':
    'orders are written with an incompatible OrderPlaced; payments and fraud can not read half of them; letters in orders-dlt and connect-dlq',
  'lost-trace': 'shipping sends by a client without instrumentation; traces end there',
  burst: 'fifty times the rate for 10 s, then it fixes itself',
} as const

export type Breakage = keyof typeof breakages
export const breakageNames = Object.keys(breakages) as Breakage[]
export const defaultBreakages = [
  'payment-bug',
  'slow-inventory',
  'poison-payload',
] as const satisfies readonly Breakage[]

/** How the shop runs when nobody has told it otherwise. */
export const defaultControl = { rate: 5, broken: [...defaultBreakages] }
