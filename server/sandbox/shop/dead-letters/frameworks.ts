import { inspect } from 'node:util'
import type { Header } from './raw-record.ts'

/** One message that a framework gives up on. */
export type Death = {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly timestamp: bigint
  readonly group: string
  readonly errorClass: string
  readonly causeClass: string
  readonly message: string
  readonly stack: string
}

const text = (name: string, value: string): Header => [Buffer.from(name), Buffer.from(value)]

const int32 = (name: string, value: number): Header => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return [Buffer.from(name), bytes]
}

const int64 = (name: string, value: bigint): Header => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return [Buffer.from(name), bytes]
}

/** `BigInteger.toByteArray()`: two's complement, as few bytes as hold it. */
export const bigIntegerBytes = (value: bigint): Buffer => {
  let length = 1
  while (BigInt.asIntN(length * 8, value) !== value) length++
  return Buffer.from(
    BigInt.asUintN(length * 8, value)
      .toString(16)
      .padStart(length * 2, '0'),
    'hex',
  )
}

const named = (headers: readonly Header[], name: string): boolean =>
  headers.some(([one]) => one.toString() === name)
const without = (headers: readonly Header[], prefix: string): Header[] =>
  headers.filter(([name]) => !name.toString().startsWith(prefix))

/**
 * Spring Kafka's DeadLetterPublishingRecoverer with `appendOriginalHeaders=false`: origin headers are written once and
 * stay those of the first topic; exception headers are replaced at every hop. Retry topics add attempts and back-off.
 */
export const springHeaders = (
  headers: readonly Header[],
  death: Death,
  retry?: { readonly attempts: number; readonly notBefore: bigint | null; readonly firstAttemptAt: bigint },
): readonly Header[] => {
  const kept = without(without(headers, 'kafka_dlt-exception'), 'retry_topic-')
  const origin = named(kept, 'kafka_dlt-original-topic')
    ? []
    : [
        text('kafka_dlt-original-topic', death.topic),
        int32('kafka_dlt-original-partition', death.partition),
        int64('kafka_dlt-original-offset', death.offset),
        int64('kafka_dlt-original-timestamp', death.timestamp),
        text('kafka_dlt-original-timestamp-type', 'CreateTime'),
        text('kafka_dlt-original-consumer-group', death.group),
      ]
  return [
    ...kept,
    ...origin,
    text('kafka_dlt-exception-fqcn', 'org.springframework.kafka.listener.ListenerExecutionFailedException'),
    text('kafka_dlt-exception-cause-fqcn', death.errorClass),
    text('kafka_dlt-exception-message', `Listener failed; ${death.message}`),
    text('kafka_dlt-exception-stacktrace', death.stack),
    ...(retry
      ? [
          int32('retry_topic-attempts', retry.attempts),
          [Buffer.from('retry_topic-original-timestamp'), bigIntegerBytes(retry.firstAttemptAt)] as Header,
          ...(retry.notBefore === null
            ? []
            : [[Buffer.from('retry_topic-backoff-timestamp'), bigIntegerBytes(retry.notBefore)] as Header]),
        ]
      : []),
  ]
}

/** Kafka Connect's DeadLetterQueueReporter with `errors.deadletterqueue.context.headers.enable=true`: appended, as text. */
export const connectHeaders = (
  headers: readonly Header[],
  death: Death,
  connector: { readonly name: string; readonly converter: string },
): readonly Header[] => [
  ...headers,
  text('__connect.errors.topic', death.topic),
  text('__connect.errors.partition', String(death.partition)),
  text('__connect.errors.offset', death.offset.toString()),
  text('__connect.errors.connector.name', connector.name),
  text('__connect.errors.task.id', '0'),
  text('__connect.errors.stage', 'VALUE_CONVERTER'),
  text('__connect.errors.class.name', connector.converter),
  text('__connect.errors.exception.class.name', death.errorClass),
  text('__connect.errors.exception.message', death.message),
  text('__connect.errors.exception.stacktrace', death.stack),
]

/** SmallRye's KafkaDeadLetterQueue: its own headers first, the message's after them; no stack trace, no timestamp. */
export const smallryeHeaders = (headers: readonly Header[], death: Death): readonly Header[] => [
  text('dead-letter-exception-class-name', death.errorClass),
  text('dead-letter-cause-class-name', death.causeClass),
  text('dead-letter-reason', death.message),
  text('dead-letter-cause', death.message),
  text('dead-letter-topic', death.topic),
  text('dead-letter-partition', String(death.partition)),
  text('dead-letter-offset', death.offset.toString()),
  ...headers,
]

/** The stack of a JavaScript error with its causes, as Node prints it. */
export const nodeStack = (error: Error): string => inspect(error, { depth: 4, compact: false })

/** A stack trace shaped as Java prints it, for services that stand for Java ones. Frames as `Class.method(File:line)`. */
export const javaStack = (
  errorClass: string,
  message: string,
  frames: readonly string[],
  cause?: { readonly errorClass: string; readonly message: string; readonly frames: readonly string[] },
): string =>
  [
    `${errorClass}: ${message}`,
    ...frames.map((frame) => `\tat ${frame}`),
    ...(cause
      ? [
          `Caused by: ${cause.errorClass}: ${cause.message}`,
          ...cause.frames.map((frame) => `\tat ${frame}`),
          '\t... 14 more',
        ]
      : []),
  ].join('\n')
