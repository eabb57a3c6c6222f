import { minutesAgo, nowMs } from './answers-of-messages.ts'
import type { Answer } from './script-api.ts'

type FailureGroup = Answer<'listFailureGroups'>['data']['groups'][number]
const failureGroupRow: FailureGroup = {
  id: 'a37c9b4b4d4c76d5',
  errorClass: 'org.springframework.kafka.listener.ListenerExecutionFailedException',
  rootCause: 'shop.payments.CardDeclinedException',
  message: 'Listener failed; charging order-* failed',
  frame: 'PaymentClient.charge (PaymentClient.java)',
  originTopic: 'orders',
  group: 'payments',
  deadLetterTopics: ['orders-dlt'],
  conventions: ['spring-dead-letter'],
  confidence: 'certain',
  isPointer: false,
  count: 512,
  keys: { count: 498, isExact: false },
  services: ['payments', 'orders'],
  trend: Array.from({ length: 60 }, (_, index) => index),
  perMinute: 38,
  firstSeenAt: minutesAgo(600),
  lastSeenAt: minutesAgo(1),
  firstExpiresAt: nowMs + 600_000_000,
  originExpiresAt: nowMs + 10_800_000,
  unrecoverableAt: nowMs + 600_000_000,
  isKept: false,
  state: 'new',
  stateBy: null,
  stateAt: minutesAgo(3),
  assignee: 'anna',
  mute: null,
  regression: {
    was: 'resolved',
    by: 'anna',
    sinceMs: minutesAgo(90),
    atMs: minutesAgo(3),
    because: 'died',
  },
}
export const failureGroupsOf = (...groups: readonly FailureGroup[]): Answer<'listFailureGroups'> => ({
  data: {
    groups: [...groups],
    unfilteredTotal: 3,
    fittingTotal: groups.length,
    cutAt: null,
    rankedOf: null,
    counts: {
      new: 1,
      known: 0,
      investigating: 0,
      'fix-out': 0,
      replaying: 0,
      resolved: 1,
      archived: 1,
      muted: 0,
    },
    index: { behindMessages: '12', lastIndexedAt: minutesAgo(1), stale: false },
  },
  degraded: [],
  checkedAt: nowMs,
})
export const failureGroups = failureGroupsOf(failureGroupRow)
export const failureGroup: Answer<'showFailureGroup'> = {
  ...failureGroupRow,
  stack: null,
  stackLines: [
    { text: 'CardDeclinedException: card refused', application: true },
    { text: '    at PaymentClient.charge(PaymentClient.java:88)', application: true },
  ],
  sampleLetterId: '7',
  standings: { open: 480, settled: 12, discarded: 15, archived: 5 },
  marks: [{ id: '1', atMs: minutesAgo(20), kind: 'deploy', text: 'payments 1.0.1' }],
  events: [
    {
      id: '3',
      atMs: minutesAgo(2),
      actor: 'anna',
      kind: 'letters',
      text: 'discarded 15 letters: test orders of the import',
    },
    { id: '2', atMs: minutesAgo(3), actor: 'dead-letter index', kind: 'regression', text: 'new again' },
    { id: '1', atMs: minutesAgo(95), actor: 'anna', kind: 'note', text: 'asked the card provider' },
  ],
  changes: [
    {
      id: '3',
      kind: 'merge',
      by: 'anna',
      atMs: minutesAgo(80),
      other: { id: 'b1', title: 'CardDeclinedException at PaymentClient.refund' },
      role: 'merged-in',
      condition: null,
    },
  ],
  moving: null,
}

export const failureGroupEvidence: Answer<'showFailureGroupEvidence'> = {
  fix: {
    verdict: 'still-dying',
    sentence: 'Not fixed: it still dies since payments 1.0.1.',
    mark: { id: '1', atMs: minutesAgo(20), text: 'payments 1.0.1', service: 'payments', by: 'spans' },
    points: [
      {
        holds: false,
        text: '12 deaths since payments 1.0.1, the last 1 min ago.',
        source: 'dead-letter index and marks',
      },
      { holds: true, text: 'All letters are indexed.', source: 'dead-letter index' },
      { holds: null, text: 'Nothing was sampled of its consumer group.', source: 'lag samples' },
    ],
  },
  deploys: [
    { mark: null, deaths: 500, perHour: 50 },
    {
      mark: { id: '1', atMs: minutesAgo(20), text: 'payments 1.0.1', service: 'payments', by: 'spans' },
      deaths: 12,
      perHour: 36,
    },
  ],
  lookedAt: 512,
  keys: { distinct: 2, without: 0, top: [{ key: 'order-4711', count: 300 }] },
  partitions: [{ partition: 3, count: 512 }],
  times: [{ fromMs: minutesAgo(600), untilMs: minutesAgo(1), count: 512 }],
  samples: [
    { letterId: '7', message: 'card refused', keyText: 'order-4711', diedAt: minutesAgo(1), count: 512 },
  ],
  versions: [{ header: 'app-version', value: '1.0.1', count: 100 }],
  services: ['orders', 'payments'],
}
