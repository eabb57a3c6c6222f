import type { ConventionName, DeathField } from './dead-letter.ts'

/** How a header's bytes are read. It follows from the header's name, never from a guess at the bytes. */
export type HeaderEncoding = 'text' | 'decimal-text' | 'int32-be' | 'int64-be'

export type HeaderRule = {
  readonly header: string
  readonly encoding: HeaderEncoding
  /** Put before what the header says. */
  readonly prefix?: string
  /** Written at every hop and not only at a death: the last one counts, and it begins no new death. */
  readonly perHop?: true
  /** Counts the delivery that would come next, so one more than were made. */
  readonly countsNext?: true
}

export type DeadLetterConvention = {
  readonly name: ConventionName
  /** The header whose presence tells the convention. */
  readonly marker: string
  /** Where the framework puts the headers of a newer death. */
  readonly newest: 'first' | 'last'
  readonly fields: Partial<Record<DeathField, HeaderRule>>
}

const attempts = {
  header: 'retry_topic-attempts',
  encoding: 'int32-be',
  perHop: true,
  countsNext: true,
} as const
const group = { header: 'kafka_dlt-original-consumer-group', encoding: 'text' } as const

/**
 * Header names and encodings by framework, as the frameworks write them:
 * Spring `KafkaHeaders`, `DeadLetterPublishingRecoverer` and its factory for `@RetryableTopic` (which keeps only the
 * first origin), Connect `DeadLetterQueueReporter` (a sink's group is `connect-` and its name), SmallRye
 * `KafkaDeadLetterQueue`. SmallRye puts its own headers before the user's, so there the first is newest.
 */
export const deadLetterConventions = [
  {
    name: 'spring-dead-letter',
    marker: 'kafka_dlt-original-topic',
    newest: 'last',
    fields: {
      originTopic: { header: 'kafka_dlt-original-topic', encoding: 'text' },
      originPartition: { header: 'kafka_dlt-original-partition', encoding: 'int32-be' },
      originOffset: { header: 'kafka_dlt-original-offset', encoding: 'int64-be' },
      originTimestamp: { header: 'kafka_dlt-original-timestamp', encoding: 'int64-be' },
      group,
      attempts,
      errorClass: { header: 'kafka_dlt-exception-fqcn', encoding: 'text' },
      causeClass: { header: 'kafka_dlt-exception-cause-fqcn', encoding: 'text' },
      message: { header: 'kafka_dlt-exception-message', encoding: 'text' },
      stack: { header: 'kafka_dlt-exception-stacktrace', encoding: 'text' },
    },
  },
  {
    name: 'spring-dead-letter',
    marker: 'kafka_original-topic',
    newest: 'last',
    fields: {
      originTopic: { header: 'kafka_original-topic', encoding: 'text' },
      originPartition: { header: 'kafka_original-partition', encoding: 'int32-be' },
      originOffset: { header: 'kafka_original-offset', encoding: 'int64-be' },
      originTimestamp: { header: 'kafka_original-timestamp', encoding: 'int64-be' },
      group,
      attempts,
      errorClass: { header: 'kafka_exception-fqcn', encoding: 'text' },
      causeClass: { header: 'kafka_exception-cause-fqcn', encoding: 'text' },
      message: { header: 'kafka_exception-message', encoding: 'text' },
      stack: { header: 'kafka_exception-stacktrace', encoding: 'text' },
    },
  },
  {
    name: 'kafka-connect',
    marker: '__connect.errors.topic',
    newest: 'last',
    fields: {
      originTopic: { header: '__connect.errors.topic', encoding: 'text' },
      originPartition: { header: '__connect.errors.partition', encoding: 'decimal-text' },
      originOffset: { header: '__connect.errors.offset', encoding: 'decimal-text' },
      group: { header: '__connect.errors.connector.name', encoding: 'text', prefix: 'connect-' },
      errorClass: { header: '__connect.errors.exception.class.name', encoding: 'text' },
      message: { header: '__connect.errors.exception.message', encoding: 'text' },
      stack: { header: '__connect.errors.exception.stacktrace', encoding: 'text' },
    },
  },
  {
    name: 'smallrye',
    marker: 'dead-letter-topic',
    newest: 'first',
    fields: {
      originTopic: { header: 'dead-letter-topic', encoding: 'text' },
      originPartition: { header: 'dead-letter-partition', encoding: 'decimal-text' },
      originOffset: { header: 'dead-letter-offset', encoding: 'decimal-text' },
      errorClass: { header: 'dead-letter-exception-class-name', encoding: 'text' },
      causeClass: { header: 'dead-letter-cause-class-name', encoding: 'text' },
      message: { header: 'dead-letter-reason', encoding: 'text' },
    },
  },
] as const satisfies readonly DeadLetterConvention[]

/**
 * All headers that a framework adds to a message that failed, its retries included. A copy that is to be processed
 * anew must not carry them: Spring keeps the first origin it finds, and `retry_topic-attempts` ends the retries.
 */
export const failureHeaders = {
  'spring-dead-letter':
    /^(kafka_dlt-|kafka_(original|exception|key-exception)-|retry_topic-|springDeserializerException(Key|Value)$)/,
  'kafka-connect': /^__connect\.errors\./,
  smallrye:
    /^(dead-letter-(topic|partition|offset|reason|cause|exception-class-name|cause-class-name)$|delayed-retry-)/,
} as const satisfies Record<ConventionName, RegExp>
