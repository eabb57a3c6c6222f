import type { DeathField, DecodedDeadLetter } from './dead-letter.ts'

/** How a header's bytes are read. It follows from the header's name, never from a guess at the bytes. */
export type HeaderEncoding = 'text' | 'decimal-text' | 'int32-be' | 'int64-be'

type HeaderRule = { readonly header: string; readonly encoding: HeaderEncoding }

export type DeadLetterConvention = {
  readonly name: DecodedDeadLetter['convention']
  /** The header whose presence tells the convention. */
  readonly marker: string
  /** Which of several equal headers the framework wrote last. */
  readonly newest: 'first' | 'last'
  readonly fields: Partial<Record<DeathField, HeaderRule>>
}

/**
 * Header names and encodings by framework, as the frameworks write them:
 * Spring `KafkaHeaders` and `DeadLetterPublishingRecoverer`, Connect `DeadLetterQueueReporter`,
 * SmallRye `KafkaDeadLetterQueue`. SmallRye puts its own headers before the user's, so there the first is newest.
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
      group: { header: 'kafka_dlt-original-consumer-group', encoding: 'text' },
      errorClass: { header: 'kafka_dlt-exception-fqcn', encoding: 'text' },
      causeClass: { header: 'kafka_dlt-exception-cause-fqcn', encoding: 'text' },
      message: { header: 'kafka_dlt-exception-message', encoding: 'text' },
      stack: { header: 'kafka_dlt-exception-stacktrace', encoding: 'text' },
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
