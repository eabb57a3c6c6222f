import type { ConventionName, DeathField, TimestampOf } from './dead-letter.ts'
import type { HeaderEncoding } from './header-encoding.ts'

export type HeaderRule = {
  readonly header: string
  readonly encoding: HeaderEncoding
  /** Put before what the header says. */
  readonly prefix?: string
  /** Written at every hop and not only at a death: the last one counts, and it begins no new death. */
  readonly perHop?: true
  /** Added to what the header counts, so that the fact is the deliveries that were made. */
  readonly add?: 1 | -1
}

export type DeadLetterConvention = {
  readonly name: ConventionName
  /** The headers whose presence tells the convention: all of them. */
  readonly marker: readonly string[]
  /** A header that tells it is another convention under the same names. */
  readonly unless?: string
  /** Where the framework puts the headers of a newer death. */
  readonly newest: 'first' | 'last'
  /**
   * A new death takes the error's headers of the last one away and leaves the origin's: the only error is the newest,
   * also where it stands before the newest origin.
   */
  readonly replacesErrors?: true
  /** Where a fact may stand: the first header that can be read gives it. */
  readonly fields: Partial<Record<DeathField, HeaderRule | readonly HeaderRule[]>>
  /** Retry topics by name. Each hop writes the headers anew: what died in one began in the next older. */
  readonly hops?: RegExp
  /**
   * All headers that the framework adds to a message that failed, its retries included. A copy that is to be processed
   * anew must not carry them: Spring keeps the first origin it finds, and `retry_topic-attempts` ends the retries.
   */
  readonly failureHeaders: RegExp
  /** Applications use such names, too: stripped only from a letter that is of this convention, which is likely. */
  readonly hasCommonNames?: true
  readonly timestampOf: TimestampOf
  /** Dead-letter topics by names that only this framework gives. */
  readonly topics?: RegExp
  /** Its records may be without key and value and point to the origin record (KIP-1191). */
  readonly mayPoint?: true
}

const text = (header: string): HeaderRule => ({ header, encoding: 'text' })
const digits = (header: string): HeaderRule => ({ header, encoding: 'decimal-text' })
const int32 = (header: string): HeaderRule => ({ header, encoding: 'int32-be' })
const int64 = (header: string): HeaderRule => ({ header, encoding: 'int64-be' })

const springHeaders =
  /^(kafka_dlt-|kafka_(original|exception|key-exception)-|retry_topic-|springDeserializerException(Key|Value)$)/
/** Spring writes the number of the delivery that would come next. */
const springAttempts = {
  header: 'retry_topic-attempts',
  encoding: 'int32-or-byte',
  perHop: true,
  add: -1,
} as const
const springGroup = text('kafka_dlt-original-consumer-group')

/** Spring's recoverer under the prefix of its origin headers and that of its exception headers. */
const springFields = (origin: string, exception: string): DeadLetterConvention['fields'] => ({
  originTopic: text(`${origin}topic`),
  originPartition: int32(`${origin}partition`),
  originOffset: int64(`${origin}offset`),
  originTimestamp: [
    int64(`${origin}timestamp`),
    { header: 'retry_topic-original-timestamp', encoding: 'big-integer', perHop: true },
  ],
  group: springGroup,
  attempts: springAttempts,
  errorClass: [text(`${exception}exception-fqcn`), text(`${exception}key-exception-fqcn`)],
  causeClass: text(`${exception}exception-cause-fqcn`),
  message: [text(`${exception}exception-message`), text(`${exception}key-exception-message`)],
  stack: [text(`${exception}exception-stacktrace`), text(`${exception}key-exception-stacktrace`)],
})

const karafkaFields = (prefix: string): DeadLetterConvention['fields'] => ({
  originTopic: text(`${prefix}topic`),
  originPartition: digits(`${prefix}partition`),
  originOffset: digits(`${prefix}offset`),
  group: text(`${prefix}consumer_group`),
  attempts: digits(`${prefix}attempts`),
})

const connectPrefix = '__connect.errors.'

/** What Connect names after its prefix, beside topic, partition and offset. */
export const connectSuffixes = [
  'connector.name',
  'task.id',
  'stage',
  'class.name',
  'exception.class.name',
  'exception.message',
  'exception.stacktrace',
] as const

const connectFields = (prefix: string): DeadLetterConvention['fields'] => ({
  originTopic: text(`${prefix}topic`),
  originPartition: digits(`${prefix}partition`),
  originOffset: digits(`${prefix}offset`),
  // A sink connector reads as the group connect-<name>, unless consumer.override.group.id says otherwise.
  group: { ...text(`${prefix}connector.name`), prefix: 'connect-' },
  errorClass: text(`${prefix}exception.class.name`),
  message: text(`${prefix}exception.message`),
  stack: [text(`${prefix}exception.stacktrace`), text(`${prefix}exception.stack_trace`)],
})

const literally = (part: string): string => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/**
 * Connect's headers under a prefix of the operator's own (Neo4j's `errors.deadletterqueue.context.headers.prefix`;
 * Neo4j's example and bakdata's library write `__streams.errors.`, which is not Kafka Streams' own format).
 */
export const connectStyle = (prefix: string): DeadLetterConvention => ({
  name: 'connect-style',
  marker: [`${prefix}topic`],
  newest: 'last',
  hasCommonNames: true,
  timestampOf: 'unknown',
  fields: connectFields(prefix),
  failureHeaders: new RegExp(
    `^${literally(prefix)}(topic|partition|offset|databaseName|description|exception\\.stack_trace|${connectSuffixes.map(literally).join('|')})$`,
  ),
})

/**
 * Header names and encodings by framework, as the frameworks write them. Sources: Spring `KafkaHeaders`,
 * `DeadLetterPublishingRecoverer` and its factory for `@RetryableTopic` (which keeps only the first origin);
 * `KafkaMessageChannelBinder`; Connect `DeadLetterQueueReporter`; Streams `ExceptionHandlerUtils` (KIP-1034);
 * `ShareGroupDLQStateManager` (KIP-1191); SmallRye `KafkaDeadLetterQueue` and `KafkaDelayedRetryTopic`, which put their
 * own headers before the record's, so that the first is newest; Karafka's upgrade notes to 2.5 (it replaces, as the
 * hash maps of Watermill and laravel-kafka do); Wolverine `DeadLetterQueueConstants`; MassTransit `MessageHeaders`;
 * NServiceBus `Headers` and ServiceControl's `HeaderFilter`.
 */
export const deadLetterConventions: readonly DeadLetterConvention[] = [
  {
    name: 'spring-dead-letter',
    marker: ['kafka_dlt-original-topic'],
    newest: 'last',
    timestampOf: 'death',
    topics: /(-dlt|\.DLT)$/i,
    replacesErrors: true,
    fields: springFields('kafka_dlt-original-', 'kafka_dlt-'),
    failureHeaders: springHeaders,
  },
  {
    name: 'spring-retryable',
    marker: ['kafka_original-topic'],
    newest: 'last',
    timestampOf: 'death',
    topics: /(-dlt|\.DLT)$/i,
    replacesErrors: true,
    fields: springFields('kafka_original-', 'kafka_'),
    failureHeaders: springHeaders,
  },
  {
    name: 'kafka-connect',
    marker: [`${connectPrefix}topic`],
    newest: 'last',
    timestampOf: 'origin',
    topics: /(^|[-._])dlq([-._]|$)/i,
    fields: connectFields(connectPrefix),
    failureHeaders: /^__connect\.errors\./,
  },
  {
    name: 'smallrye',
    marker: ['dead-letter-topic'],
    newest: 'first',
    timestampOf: 'death',
    topics: /^dead-letter-topic-/,
    fields: {
      originTopic: text('dead-letter-topic'),
      originPartition: digits('dead-letter-partition'),
      originOffset: digits('dead-letter-offset'),
      errorClass: text('dead-letter-exception-class-name'),
      causeClass: text('dead-letter-cause-class-name'),
      message: text('dead-letter-reason'),
    },
    // The last ones stand on a message that could not be read, beside its headers.
    failureHeaders:
      /^(dead-letter-(topic|partition|offset|reason|cause|exception-class-name|cause-class-name)$|delayed-retry-|deserialization-failure-)/,
  },
  {
    name: 'smallrye-retry',
    marker: ['delayed-retry-topic'],
    newest: 'first',
    timestampOf: 'death',
    topics: /^dead-letter-topic-/,
    // The delay is read from the end of the retry topic's name: `<topic>_retry_<delayMs>` by default.
    hops: /_\d+$/,
    fields: {
      originTopic: text('delayed-retry-topic'),
      originPartition: digits('delayed-retry-partition'),
      originOffset: digits('delayed-retry-offset'),
      originTimestamp: { ...digits('delayed-retry-original-timestamp'), perHop: true },
      attempts: { ...digits('delayed-retry-count'), perHop: true, add: 1 },
      errorClass: text('delayed-retry-exception-class-name'),
      causeClass: text('delayed-retry-cause-class-name'),
      message: text('delayed-retry-reason'),
    },
    failureHeaders: /^(delayed-retry|deserialization-failure)-/,
  },
  {
    name: 'spring-cloud-stream',
    marker: ['x-original-topic', 'x-exception-fqcn'],
    newest: 'last',
    timestampOf: 'death',
    topics: /^error\.[^.]+\..+/,
    fields: {
      originTopic: text('x-original-topic'),
      originPartition: int32('x-original-partition'),
      originOffset: int64('x-original-offset'),
      originTimestamp: int64('x-original-timestamp'),
      errorClass: text('x-exception-fqcn'),
      message: text('x-exception-message'),
      stack: text('x-exception-stacktrace'),
    },
    failureHeaders:
      /^x-(original-(topic|partition|offset|timestamp|timestamp-type)|exception-(fqcn|message|stacktrace))$/,
    hasCommonNames: true,
  },
  {
    name: 'kafka-streams',
    marker: ['__streams.errors.topic'],
    unless: '__streams.errors.exception.class.name',
    newest: 'last',
    timestampOf: 'origin',
    fields: {
      originTopic: text('__streams.errors.topic'),
      originPartition: digits('__streams.errors.partition'),
      originOffset: digits('__streams.errors.offset'),
      // Earlier builds write the exception's toString().
      errorClass: { header: '__streams.errors.exception', encoding: 'class-text' },
      message: text('__streams.errors.message'),
      stack: text('__streams.errors.stacktrace'),
    },
    failureHeaders: /^__streams\.errors\./,
  },
  {
    name: 'share-group',
    marker: ['__dlq.errors.topic'],
    newest: 'last',
    timestampOf: 'death',
    topics: /^dlq\./,
    mayPoint: true,
    fields: {
      originTopic: text('__dlq.errors.topic'),
      originPartition: digits('__dlq.errors.partition'),
      originOffset: digits('__dlq.errors.offset'),
      group: text('__dlq.errors.group'),
      attempts: digits('__dlq.errors.delivery.count'),
      message: text('__dlq.errors.message'),
    },
    failureHeaders: /^__dlq\.errors\./,
  },
  ...['source_', 'original_'].map(
    (prefix): DeadLetterConvention => ({
      name: 'karafka',
      marker: [`${prefix}topic`, `${prefix}partition`, `${prefix}offset`],
      newest: 'last',
      timestampOf: 'death',
      hasCommonNames: true,
      fields: karafkaFields(prefix),
      failureHeaders: new RegExp(`^${prefix}(topic|partition|offset|consumer_group|attempts)$`),
    }),
  ),
  {
    name: 'watermill',
    marker: ['topic_poisoned', 'reason_poisoned'],
    newest: 'last',
    timestampOf: 'death',
    fields: { originTopic: text('topic_poisoned'), message: text('reason_poisoned') },
    failureHeaders: /^(reason|topic|handler|subscriber)_poisoned$/,
  },
  {
    name: 'wolverine',
    marker: ['exception-type', 'exception-stack', 'failed-at'],
    newest: 'last',
    timestampOf: 'death',
    topics: /^wolverine-dead-letter-queue$/,
    hasCommonNames: true,
    fields: {
      errorClass: text('exception-type'),
      message: text('exception-message'),
      stack: text('exception-stack'),
      diedAt: { header: 'failed-at', encoding: 'time-text' },
    },
    failureHeaders: /^(exception-(type|message|stack)|failed-at)$/,
  },
  {
    name: 'laravel-kafka',
    marker: ['kafka_throwable_class_name'],
    newest: 'last',
    timestampOf: 'death',
    fields: {
      errorClass: text('kafka_throwable_class_name'),
      message: text('kafka_throwable_message'),
    },
    failureHeaders: /^kafka_throwable_(message|code|class_name)$/,
  },
  {
    name: 'masstransit',
    marker: ['MT-Reason'],
    newest: 'last',
    timestampOf: 'death',
    topics: /_(error|skipped)$/,
    fields: {
      originTopic: { header: 'MT-Fault-InputAddress', encoding: 'address-text' },
      // It counts the retries, without the first delivery, and is left out where there were none.
      attempts: { ...digits('MT-Fault-RetryCount'), add: 1 },
      errorClass: text('MT-Fault-ExceptionType'),
      message: text('MT-Fault-Message'),
      stack: text('MT-Fault-StackTrace'),
      diedAt: { header: 'MT-Fault-Timestamp', encoding: 'time-text' },
    },
    failureHeaders: /^MT-(Reason$|Fault-|Redelivery-Count$)/,
  },
  {
    name: 'nservicebus',
    marker: ['NServiceBus.FailedQ'],
    newest: 'last',
    timestampOf: 'death',
    fields: {
      originTopic: { header: 'NServiceBus.FailedQ', encoding: 'address-text' },
      errorClass: text('NServiceBus.ExceptionInfo.ExceptionType'),
      message: text('NServiceBus.ExceptionInfo.Message'),
      stack: text('NServiceBus.ExceptionInfo.StackTrace'),
      diedAt: { header: 'NServiceBus.TimeOfFailure', encoding: 'time-text' },
    },
    failureHeaders: /^(NServiceBus\.(Retries|FailedQ|TimeOfFailure|ExceptionInfo\.)|ServiceControl\.EditOf)/,
  },
]

/** Each rule of a convention with its field, alternatives in their order. */
export const rulesOf = (convention: DeadLetterConvention): readonly (readonly [DeathField, HeaderRule])[] =>
  Object.entries(convention.fields).flatMap(([field, rules]) =>
    [rules].flat().map((rule) => [field as DeathField, rule] as const),
  )
