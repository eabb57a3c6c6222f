import { letterOf, minutesAgo, nowMs, spanIdOf, traceIdOf } from './answers-of-messages.ts'
import type { Answer } from './script-api.ts'

type Trace = Answer<'listTraces'>['traces'][number]
const traceRowOf = (n: number): Trace => ({
  traceId: traceIdOf(n),
  rootName: n % 2 === 0 ? 'POST /orders' : 'poll orders',
  rootService: n % 2 === 0 ? 'storefront' : 'analytics',
  services: ['storefront', 'orders', 'payments'],
  spans: 9,
  errors: n % 3 === 0 ? 2 : 0,
  startMs: minutesAgo(30) + n * 1_000,
  durationNs: String(1_000_000 * (n + 1)),
})
export const tracesFrom = (newest: number, count: number): Answer<'listTraces'> => ({
  traces: Array.from({ length: count }, (_, index) => traceRowOf(newest - index)),
  services: ['storefront', 'orders', 'payments'],
  nextCursor: 'further',
  lastSpanAt: nowMs,
})

type Span = Answer<'showTrace'>['spans'][number]
export const spanOf = (n: number, more: Partial<Span> = {}): Span => ({
  traceId: traceIdOf(1),
  spanId: spanIdOf(n),
  parentSpanId: n === 0 ? null : spanIdOf(0),
  name: n === 0 ? 'POST /orders' : `step ${n}`,
  kind: n === 0 ? 'server' : 'internal',
  service: n === 0 ? 'storefront' : 'orders',
  serviceVersion: '1.0.0',
  startNs: String(BigInt(minutesAgo(600)) * 1_000_000n + BigInt(n) * 1_000_000n),
  durationNs: n === 0 ? '900000000' : '1000000',
  status: 'unset',
  statusMessage: null,
  attributes: [{ name: 'order.id', text: '"order-4711"' }],
  events: [],
  links: [],
  message: null,
  ...more,
})
export const traceOf = (...spans: readonly Span[]): Answer<'showTrace'> => ({
  traceId: traceIdOf(1),
  spans: [...spans],
  edges: [],
  services: ['storefront', 'orders'],
  startNs: String(BigInt(minutesAgo(600)) * 1_000_000n),
  durationNs: '900000000',
  errors: spans.filter(({ status }) => status === 'error').length,
  waitedNs: '0',
  truncated: false,
  deadLetters: [],
})
/** An order that waits for its consumer, which fails. */
export const trace: Answer<'showTrace'> = {
  ...traceOf(
    spanOf(0),
    spanOf(1, { name: 'send orders', kind: 'producer' }),
    spanOf(700, {
      name: 'process orders',
      kind: 'consumer',
      service: 'payments',
      parentSpanId: spanIdOf(1),
      status: 'error',
      statusMessage: 'card refused',
      message: { topic: 'orders', partition: 3, offset: '88213', group: 'payments' },
      events: [
        {
          name: 'exception',
          atNs: '1',
          attributes: [{ name: 'exception.message', text: '"card refused"' }],
        },
      ],
      links: [{ traceId: traceIdOf(2), spanId: spanIdOf(2) }],
    }),
  ),
  edges: [
    {
      producer: spanIdOf(1),
      consumer: spanIdOf(700),
      topic: 'orders',
      partition: 3,
      offset: '88213',
      waitedNs: '698000000',
      by: 'link',
    },
  ],
  waitedNs: '698000000',
  deadLetters: [{ id: letterOf(7).id, topic: 'orders-dlt', errorClass: 'CardDeclinedException' }],
}
