import { minutesAgo, traceIdOf } from './answers-of-messages.ts'
import type { Answer } from './script-api.ts'

export const plan: Answer<'showReplayPlan'> = {
  planId: '7',
  started: null,
  edit: null,
  frozenAt: minutesAgo(1),
  total: 512,
  ready: 500,
  targets: [
    { topic: 'orders', partitions: 6, count: 500, partition: "the message's own (6 partitions, unchanged)" },
  ],
  findings: [
    {
      severity: 'warning',
      code: 'superseded',
      sentence: 'superseded by a newer message of the same key',
      count: 9,
      letterIds: ['1', '2'],
    },
    {
      severity: 'refused',
      code: 'settled',
      sentence: 'replayed before and settled',
      count: 3,
      letterIds: ['3'],
    },
  ],
  readers: [
    {
      group: 'payments',
      topic: 'orders',
      lagMessages: '12',
      reads: { isolation: 'unknown', declaredBy: null, declaredAt: null },
    },
  ],
  selection: { words: 'the letters of a failure group', groups: 1 },
  sources: [{ topic: 'orders-dlt', partition: 0, end: '512', letters: 512 }],
  choice: { targetTopic: null, mayLoop: false, timestamps: 'now' },
  retryTopics: [{ topic: 'orders-retry-0', groups: ['payments'], spared: ['shipping'] }],
  sending: { mode: 'transactions', why: null },
  guarantee: 'Exactly once for read_committed readers; unknown for payments',
  resent: 0,
  strippedHeaders: ['kafka_dlt-exception-message'],
  addedHeaders: [{ name: 'x-replay-id', meaning: 'which replay sent it' }],
  writeRefusedBecause: null,
  quietMs: 30_000,
  expiry: null,
  environment: { name: 'prod', production: true },
}

const noOutcomes = {
  PENDING: 0,
  SENT: 0,
  CONSUMED: 0,
  SETTLED: 0,
  RETRYING: 0,
  RETURNED: 0,
  FAILED: 0,
  SKIPPED: 0,
  UNKNOWN: 0,
}
type Replay = Answer<'showReplay'>
/** How a replay is steered that has no limits, no canary and no schedule. */
export const uncontrolled: Replay['control'] = {
  bytesPerSecond: null,
  maxInFlight: null,
  inFlight: 0,
  startAt: null,
  paused: null,
  waitsFor: null,
  stopped: null,
  canary: null,
}
export const replayOf = (number: number, more: Partial<Replay> = {}): Replay => ({
  id: String(number),
  number,
  state: 'running',
  createdAt: minutesAgo(2),
  startedBy: 'local operator',
  reason: 'the card provider is back',
  failureGroupId: 'a37c9b4b4d4c76d5',
  title: 'CardDeclinedException at PaymentClient.charge',
  targets: ['orders'],
  total: 500,
  sent: 312,
  pacePerSecond: 50,
  ratePerSecond: 48,
  rateBytesPerSecond: 52_340,
  remainingMs: 4_000,
  outcomes: { ...noOutcomes, SETTLED: 283, CONSUMED: 22, RETRYING: 3, RETURNED: 4, PENDING: 188 },
  finishedAt: null,
  failure: null,
  sending: { mode: 'transactions', why: null },
  abortedCopies: 0,
  control: uncontrolled,
  quiet: {
    quietMs: 30_000,
    why: 'the configured quiet period, longer than the sum of the retry delays (orders-retry-0 2 s, orders-retry-1 4 s)',
  },
  ...more,
})
type Item = Answer<'listReplayItems'>['items'][number]
const itemOf = (n: number): Item => ({
  id: String(n),
  letterId: String(n),
  source: { topic: 'orders-dlt', position: `2@${n}` },
  keyText: `order-${n}`,
  target: { topic: 'orders', position: n % 2 === 0 ? `3@${88_213 + n}` : null },
  outcome: n % 2 === 0 ? 'SETTLED' : 'PENDING',
  proof: n % 2 === 0 ? 'consumed by payments by 2026-11-21 03:03:14 UTC (offset 88,213 committed)' : '',
  sentAt: n % 2 === 0 ? minutesAgo(1) : null,
  traceId: n % 2 === 0 ? traceIdOf(n) : null,
  returnedAs: null,
})
const returned = (n: number, more: Partial<Item>): Item => ({
  ...itemOf(n),
  outcome: 'RETURNED',
  proof:
    'died again in orders-dlt (dead letter 912): com.shop.CardDeclinedException, the same error as before',
  returnedAs: { letterId: '912', failureGroupId: 'a37c9b4b4d4c76d5', traceId: traceIdOf(3) },
  ...more,
})
export const replayReturns: Answer<'listReplayReturns'> = {
  returns: [
    {
      failureGroupId: 'a37c9b4b4d4c76d5',
      errorClass: 'com.shop.CardDeclinedException',
      message: 'card refused by *',
      frame: 'PaymentClient.charge',
      sameError: true,
      count: 3,
      letterId: '912',
      traceId: traceIdOf(3),
    },
    {
      failureGroupId: 'b47c9b4b4d4c76d6',
      errorClass: 'java.net.SocketTimeoutException',
      message: 'Read timed out',
      frame: 'PaymentClient.charge',
      sameError: false,
      count: 1,
      letterId: '915',
      traceId: null,
    },
  ],
}
export const items: Answer<'listReplayItems'> = {
  items: [
    ...Array.from({ length: 8 }, (_, n) => itemOf(n)),
    returned(8, {}),
    returned(10, { traceId: null }),
  ],
  nextCursor: 'further',
}
