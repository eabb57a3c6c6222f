import { plan } from './answers-of-replays.ts'
import type { Answer } from './script-api.ts'

const minutes = 60_000
const now = Date.now()
type Waiting = Answer<'listWaiting'>

/** Seven orders that wait for their second attempt, half an hour from now. */
export const waiting: Waiting = {
  topic: 'orders-retry-0',
  origin: 'orders',
  delayMs: 1_800_000,
  convention: 'spring-retryable',
  readers: [
    {
      group: 'payments-retry',
      members: 2,
      unread: 7,
      positions: [
        { partition: 0, committed: '4100', end: '4107' },
        { partition: 1, committed: '4101', end: '4105' },
        { partition: 2, committed: null, end: '4106' },
      ],
    },
  ],
  readersProblem: null,
  waiting: 7,
  matching: 7,
  isWhole: true,
  firstDueAt: now + 24 * minutes,
  lastDueAt: now + 30 * minutes,
  routes: [
    {
      action: 'skip-wait',
      targetTopic: 'orders',
      sentence: 'to orders, where nothing waits, without retry_topic-backoff-timestamp',
      why: 'Spring holds a whole partition of orders-retry-0 until the first record in it is due: a copy there would stand behind its own original. The count of attempts is kept: what fails in orders goes on with the attempts that are left. Every group that reads orders gets the copies, not only the one that failed.',
      refusedBecause: null,
    },
    {
      action: 'last-retry',
      targetTopic: null,
      sentence: '',
      why: '',
      refusedBecause: 'orders-retry-0 is the last retry topic already',
    },
    {
      action: 'park',
      targetTopic: 'orders-dlt',
      sentence: 'to orders-dlt with all their headers: they stand in the inbox, marked as parked by hand',
      why: 'Origin, error and attempts are those of the last failure, as the framework wrote them. From the inbox they can be replayed later.',
      refusedBecause: null,
    },
  ],
  records: Array.from({ length: 7 }, (_, index) => ({
    position: `${index % 3}@${4_100 + index}`,
    keyText: `order-${47_000 + index}`,
    at: now - (6 - index) * minutes,
    dueAt: now + (24 + index) * minutes,
    attempts: 1,
    errorClass: 'CardDeclinedException',
    message: 'The provider answered 503 within 30 s',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    lastReplay: index === 6 ? { replayId: '42', outcome: 'SENT' } : null,
  })),
}

export const nothingWaits: Waiting = { ...waiting, waiting: 0, matching: 0, records: [] }

/** A plan that skips the wait of five of them. */
export const requeuePlan: Answer<'showReplayPlan'> = {
  ...plan,
  total: 6,
  ready: 5,
  choice: undefined,
  retryTopics: undefined,
  targets: [
    { topic: 'orders', partitions: 6, count: 5, partition: 'the message’s own (6 partitions, unchanged)' },
  ],
  sources: [{ topic: 'orders-retry-0', partition: 0, end: '4106', letters: 6 }],
  strippedHeaders: ['retry_topic-backoff-timestamp'],
  requeue: {
    action: 'skip-wait',
    topic: 'orders-retry-0',
    origin: 'orders',
    convention: 'spring-retryable',
    sentence: waiting.routes[0]?.sentence ?? '',
    why: waiting.routes[0]?.why ?? '',
    groups: ['payments-retry'],
    retries: 1,
    lastRetryDelayMs: 1_800_000,
  },
  findings: [
    {
      severity: 'warning',
      code: 'read-again',
      sentence:
        'stay in their topic, for Kafka takes no single message away: payments-retry reads them again when they are due (in 24 min to 30 min), and processes them twice unless the consumer recognises them by idempotency-key. While it is stopped its offsets can be moved past them: partition 0 to 4106',
      count: 5,
      letterIds: [],
      positions: ['0@4100', '0@4101'],
      consent:
        'Processing them twice does no harm, or the group is stopped and moved past them before they are due',
    },
    {
      severity: 'refused',
      code: 'not-waiting',
      sentence: 'does not wait any more: payments-retry has read past it',
      count: 1,
      letterIds: [],
      positions: ['0@4099'],
    },
  ],
}
