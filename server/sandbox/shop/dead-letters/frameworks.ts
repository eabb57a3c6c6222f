import { inspect } from 'node:util'
import { type Header, textHeader } from '../exact-producer.ts'

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
  readonly causeMessage: string
  readonly stack: string
}

const text = textHeader

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

const lastNamed = (headers: readonly Header[], name: string): Header | undefined =>
  headers.findLast(([one]) => one.toString() === name)
const without = (headers: readonly Header[], names: readonly string[]): Header[] =>
  headers.filter(([name]) => !names.includes(name.toString()))

const readAttempts = (headers: readonly Header[]): number => {
  const bytes = lastNamed(headers, 'retry_topic-attempts')?.[1]
  return bytes?.length === 4 ? bytes.readInt32BE() : 1
}

/**
 * Spring Kafka 4.1.1: `DeadLetterRecordManager.addAndEnhanceHeaders`, as `DeadLetterPublishingRecovererFactory` of
 * `@RetryableTopic` sets it up (`appendOriginalHeaders=false`, `retainAllRetryHeaderValues=true`), but with the names
 * of a plain `DeadLetterPublishingRecoverer`. In this order: the exception's headers, each replacing its like; the
 * origin's, each only where there is none; then the retry's, appended at every hop: the first record's time, the attempts
 * so far and one, and when the next may begin (now, for the dead letter itself).
 */
export const springHeaders = (
  headers: readonly Header[],
  death: Death,
  retry?: { readonly notBefore: bigint },
): readonly Header[] => {
  const exception = [
    text('kafka_dlt-exception-fqcn', 'org.springframework.kafka.listener.ListenerExecutionFailedException'),
    text('kafka_dlt-exception-cause-fqcn', death.errorClass),
    text('kafka_dlt-exception-message', `Listener failed; ${death.message}`),
    text('kafka_dlt-exception-stacktrace', death.stack),
  ]
  const origin = [
    text('kafka_dlt-original-topic', death.topic),
    int32('kafka_dlt-original-partition', death.partition),
    int64('kafka_dlt-original-offset', death.offset),
    int64('kafka_dlt-original-timestamp', death.timestamp),
    text('kafka_dlt-original-timestamp-type', 'CreateTime'),
    text('kafka_dlt-original-consumer-group', death.group),
  ]
  const firstTime = lastNamed(headers, 'retry_topic-original-timestamp')?.[1]
  return [
    ...without(
      headers,
      exception.map(([name]) => name.toString()),
    ),
    ...exception,
    ...origin.filter(([name]) => lastNamed(headers, name.toString()) === undefined),
    ...(retry
      ? [
          [
            Buffer.from('retry_topic-original-timestamp'),
            firstTime ?? bigIntegerBytes(death.timestamp),
          ] as Header,
          int32('retry_topic-attempts', readAttempts(headers) + 1),
          [Buffer.from('retry_topic-backoff-timestamp'), bigIntegerBytes(retry.notBefore)] as Header,
        ]
      : []),
  ]
}

/**
 * Kafka Connect 4.3.1: `DeadLetterQueueReporter.populateContextHeaders`, with
 * `errors.deadletterqueue.context.headers.enable=true`. Appended, as text; a second death repeats all of them.
 */
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

/**
 * SmallRye Reactive Messaging 4.36.0: `KafkaDeadLetterQueue.handle`. Its own headers first, the message's after them; no
 * stack trace, no timestamp, the partition left to the key.
 */
export const smallryeHeaders = (headers: readonly Header[], death: Death): readonly Header[] => [
  text('dead-letter-exception-class-name', death.errorClass),
  text('dead-letter-reason', death.message),
  text('dead-letter-cause-class-name', death.causeClass),
  text('dead-letter-cause', death.causeMessage),
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
