import type { Answer } from './script-api.ts'

export const nowMs = Date.now()
export const minutesAgo = (minutes: number): number => nowMs - minutes * 60_000
export const traceIdOf = (n: number): string => n.toString(16).padStart(32, '0')
export const spanIdOf = (n: number): string => n.toString(16).padStart(16, '0')

type Side = Answer<'showMessage'>['key']
export const textSide = (text: string | null, more: Partial<Side> = {}): Side => ({
  kind: text === null ? 'null' : 'text',
  text,
  isJson: false,
  sizeBytes: text?.length ?? 0,
  truncated: false,
  schema: null,
  problem: null,
  raw: text === null ? null : Buffer.from(text).toString('base64'),
  ...more,
})
const orderValue = textSide('{\n  "orderId": "order-4711",\n  "customerId": 9007199254740993\n}', {
  kind: 'avro',
  isJson: true,
  schema: { id: 4, name: 'orders-value', version: 7 },
})
export const headers: Answer<'showMessage'>['headers'] = [
  {
    name: 'kafka_dlt-exception-message',
    text: 'Listener failed; charging order-4711 failed',
    encoding: 'text',
    meaning: 'Message of the exception',
    raw: null,
  },
  { name: 'ce_id', text: null, encoding: 'null', meaning: null, raw: null },
]

type Message = Answer<'listMessages'>['messages'][number]
export const messageOf = (n: number): Message => ({
  topic: 'orders',
  partition: n % 6,
  offset: String(88_000 + n),
  position: `${n % 6}@${88_000 + n}`,
  timestampMs: minutesAgo(60) + n * 1_000,
  timestampType: 'create',
  key: textSide(`order-${n}`),
  value: orderValue,
  headerCount: 2,
  sizeBytes: 1_204,
  isTombstone: n % 7 === 0,
  traceId: n % 2 === 0 ? traceIdOf(n) : null,
})

export const scan: Answer<'listMessages'>['scan'] = {
  partitions: 6,
  messages: '480',
  bytes: '52000',
  durationMs: 41,
  stop: 'enough',
  backToMs: minutesAgo(58),
  budget: { messages: 200_000, bytes: 268_435_456, durationMs: 15_000 },
  errors: [],
  ranges: Array.from({ length: 6 }, (_, partition) => ({
    topic: 'orders',
    partition,
    from: String(88_000 + partition),
    to: String(88_080 + partition),
    messages: '80',
  })),
}
/** The newest first, from `newest` down. */
export const messagesFrom = (
  newest: number,
  count: number,
  more: Partial<Answer<'listMessages'>> = {},
): Answer<'listMessages'> => ({
  messages: Array.from({ length: count }, (_, index) => messageOf(newest - index)),
  nextCursor: 'further',
  scan,
  registryProblem: null,
  ...more,
})
export const messageDetail: Answer<'showMessage'> = { ...messageOf(4), headers, registryProblem: null }

export const letterOf = (n: number): Answer<'listDeadLetters'>['letters'][number] => ({
  id: String(n),
  failureGroupId: 'a37c9b4b4d4c76d5',
  topic: 'orders-dlt',
  position: `2@${n}`,
  deathTimeSource: 'record',
  diedAt: minutesAgo(30) + n * 1_000,
  keyText: `order-${n}`,
  convention: 'spring-dead-letter',
  confidence: 'certain',
  isPointer: false,
  earlierDeaths: 0,
  originTopic: 'orders',
  originPosition: `2@${88_000 + n}`,
  errorClass: 'CardDeclinedException',
  message: `Listener failed; charging order-${n} failed`,
  attempts: 3,
  traceId: traceIdOf(n),
  lastReplay: n % 3 === 0 ? { replayId: '42', outcome: 'SETTLED' } : null,
  disposition:
    n % 7 === 1
      ? { kind: 'discarded', reason: 'test orders of the import', actor: 'anna', atMs: minutesAgo(4) }
      : null,
})
export const lettersFrom = (newest: number, count: number): Answer<'listDeadLetters'> => ({
  letters: Array.from({ length: count }, (_, index) => letterOf(newest - index)),
  nextCursor: 'further',
  total: 512,
  upToId: '512',
  auditId: '40',
})
export const letterDetail: Answer<'showDeadLetter'> = {
  letter: letterOf(7),
  record: {
    key: textSide('order-7'),
    value: orderValue,
    headers,
    timestampMs: minutesAgo(20),
    expiresAt: minutesAgo(-7 * 1440),
  },
  recordProblem: null,
  kept: null,
  death: {
    originTopic: { value: 'orders', from: 'header', header: 'kafka_dlt-original-topic', index: 0 },
    errorClass: {
      value: 'CardDeclinedException',
      from: 'header',
      header: 'kafka_dlt-exception-fqcn',
      index: 1,
    },
  },
  history: [],
  missing: ['group'],
  reading: {
    conventions: ['spring-dead-letter'],
    confidence: 'certain',
    why: 'Topic, partition and offset stand in headers of Spring Kafka, which nobody else writes.',
    neverWritten: ['diedAt'],
  },
  stackLines: [
    { text: 'CardDeclinedException: card refused', application: true },
    { text: '    at PaymentClient.charge(PaymentClient.java:88)', application: true },
    { text: '    at org.springframework.kafka.listener.Container.run(Container.java:1)', application: false },
  ],
  origin: {
    state: 'found',
    key: textSide('order-7'),
    value: orderValue,
    headers,
    timestampMs: minutesAgo(21),
    expiresAt: minutesAgo(-180),
    sameKey: true,
    sameValue: false,
    headerChanges: [
      {
        kind: 'changed',
        before: { name: 'tenant', text: 'north', encoding: 'text', meaning: null, raw: null },
        after: { name: 'tenant', text: 'south', encoding: 'text', meaning: null, raw: null },
      },
      ...headers.slice(0, 1).map((after) => ({ kind: 'added', before: null, after }) as const),
      {
        kind: 'lost',
        before: { name: 'region', text: 'eu', encoding: 'text', meaning: null, raw: null },
        after: null,
      },
    ],
    sameHeaders: 1,
    doubt: null,
  },
  rehydration: null,
  willBeKept: false,
  trace: { traceId: traceIdOf(7), from: 'letter' },
  degraded: [],
}
