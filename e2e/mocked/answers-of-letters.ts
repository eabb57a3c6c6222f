import { letterOf, messageOf, minutesAgo } from './answers-of-messages.ts'
import type { Answer } from './script-api.ts'

/** How things stood when a letter died. */
export const moment: Answer<'showLetterMoment'> = {
  diedAt: minutesAgo(30),
  lag: {
    state: 'sampled',
    group: 'payments',
    topic: 'orders',
    lagMessages: '1204',
    members: 3,
    groupState: 'stable',
    sampledAt: minutesAgo(30),
    points: Array.from({ length: 60 }, (_, minute) => ({
      atMs: minutesAgo(60 - minute),
      lagMessages: minute < 20 ? 12 : minute * 20,
      producedPerSecond: null,
      consumedPerSecond: null,
    })),
  },
  schemas: [
    {
      side: 'value',
      id: 4,
      guid: null,
      subject: 'orders-value',
      version: 7,
      registered: 'yes',
      decodes: true,
      problem: null,
      latestVersion: 9,
    },
  ],
  noSchema: null,
  degraded: [],
}
export const nothingKnown: Answer<'showLetterMoment'> = {
  ...moment,
  lag: {
    state: 'none',
    why: 'It died before the oldest sample that is kept, of 2026-11-20 08:00:00 UTC.',
  },
  schemas: [],
  noSchema: 'Neither its key nor its value names a schema: they are read without one.',
}

const eventOf = (
  n: number,
  more: { isOrigin?: boolean; copyOf?: { replayId: string; number: number } } = {},
) =>
  ({
    kind: 'message',
    atMs: minutesAgo(40 - n),
    message: messageOf(n),
    isOrigin: more.isOrigin ?? false,
    copyOf: more.copyOf ?? null,
  }) as const

export const story: Answer<'showKeyStory'> = {
  keyText: 'order-7',
  topic: 'orders',
  partition: 2,
  events: [
    eventOf(14, { copyOf: { replayId: '42', number: 42 } }),
    {
      kind: 'replay',
      atMs: minutesAgo(27),
      replay: {
        replayId: '42',
        number: 42,
        letterId: '7',
        outcome: 'SETTLED',
        proof: 'consumed, and not seen dead for 10 min',
        targetTopic: 'orders',
        targetPosition: messageOf(14).position,
      },
    },
    { kind: 'letter', atMs: minutesAgo(30), letter: letterOf(7), isThis: true },
    eventOf(8),
    eventOf(6, { isOrigin: true }),
    eventOf(2),
  ],
  newer: { messages: '2000000', bytes: '880000000', stop: 'budget', goOnFrom: '2088014', problem: null },
  older: { messages: '340', bytes: '150000', stop: 'end', goOnFrom: null, problem: null },
  moreLetters: 0,
  notLooked: null,
  degraded: [],
}
/** What a look beyond that finds. */
export const furtherStory: Answer<'showKeyStory'> = {
  ...story,
  events: [eventOf(20)],
  newer: { messages: '500', bytes: '220000', stop: 'end', goOnFrom: null, problem: null },
  older: null,
}

/** One topic that is read by itself, one to be decided about, one refused. */
export const foundTopics: Answer<'listFoundTopics'> = {
  topics: [
    {
      topic: 'billing-rejects',
      verdict: 'dead-letter',
      why: "20 of 20 sampled records carry Kafka Connect's failure headers.",
      since: minutesAgo(14),
      sampledAt: minutesAgo(1),
      conventions: ['kafka-connect'],
      origins: ['invoices'],
      decision: null,
      decidedBy: null,
      decidedAt: null,
      isRead: true,
    },
    {
      topic: 'parking-lot',
      verdict: 'proposed',
      why: "18 of 20 sampled records carry Karafka's failure headers; applications use headers of such names, too.",
      since: minutesAgo(3),
      sampledAt: minutesAgo(1),
      conventions: ['karafka'],
      origins: ['orders'],
      decision: null,
      decidedBy: null,
      decidedAt: null,
      isRead: false,
    },
    {
      topic: 'audit-copies',
      verdict: 'dead-letter',
      why: "20 of 20 sampled records carry Spring Kafka's failure headers.",
      since: minutesAgo(300),
      sampledAt: minutesAgo(1),
      conventions: ['spring-dead-letter'],
      origins: ['orders'],
      decision: 'refused',
      decidedBy: 'anna',
      decidedAt: minutesAgo(200),
      isRead: false,
    },
  ],
}
export const chain: NonNullable<Answer<'showRetryChain'>['chain']> = {
  origin: 'orders',
  topics: [
    { topic: 'orders-retry-0', kind: 'retry', delayMs: 2_000, by: 'records' },
    { topic: 'orders-retry-1', kind: 'retry', delayMs: null, by: 'name' },
    { topic: 'orders-dlt', kind: 'dead-letter', delayMs: null, by: 'name' },
  ],
  delayMs: 2_000,
}
