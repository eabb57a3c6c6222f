import { letterOf, minutesAgo, nowMs, spanIdOf, traceIdOf } from './answers-of-messages.ts'
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
  versions: { lookedAt: 100, values: [{ header: 'app-version', value: '1.0.1', count: 100 }] },
  services: ['orders', 'payments'],
  degraded: [],
}

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
  proof: n % 2 === 0 ? 'consumed by payments at 03:03:14 (offset 88,213 committed)' : '',
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

const auditHash = (id: number): string => id.toString(16).padStart(64, '0')

export const auditEntry: Answer<'showAuditEntry'> = {
  id: '2',
  atMs: minutesAgo(3),
  actor: 'local operator',
  action: 'start replay',
  target: '7d3c1f0a-0000-4000-8000-000000000042',
  connection: 'local',
  result: 'allowed',
  detail: '500 to orders at 50/s',
  reason: 'the card provider is back',
  about: [
    { kind: 'replay', id: '7d3c1f0a-0000-4000-8000-000000000042' },
    { kind: 'failure-group', id: 'a37c9b4b4d4c76d5' },
    { kind: 'topic', id: 'orders' },
  ],
  facts: {
    selection: { letters: 512, 'failure group': 'a37c9b4b4d4c76d5' },
    plan: { 'may be sent': 500, targets: ['500 to orders'], findings: [] },
  },
  previousHash: auditHash(1),
  hash: auditHash(2),
}

export const audit: Answer<'listAudit'> = {
  entries: [
    auditEntry,
    {
      id: '1',
      atMs: minutesAgo(9),
      actor: 'local operator',
      action: 'set failure group state',
      target: 'a37c9b4b4d4c76d5',
      connection: 'local',
      result: 'refused',
      detail: '',
      reason: '',
      about: [{ kind: 'failure-group', id: 'a37c9b4b4d4c76d5' }],
      facts: null,
      previousHash: auditHash(0),
      hash: auditHash(1),
    },
  ],
  nextCursor: null,
  actions: ['set failure group state', 'start replay'],
}

export const auditChain: Answer<'checkAudit'> = {
  entries: 2,
  firstAtMs: minutesAgo(9),
  chainedAtMs: minutesAgo(60),
  foundEntries: 0,
  lastHash: auditHash(2),
  checkedAtMs: minutesAgo(0),
  broken: null,
}
