import type { RawHeader } from './dead-letter.ts'

/*
 * Headers of dead letters, WRITTEN BY HAND from the frameworks' sources and documentation, not captured from running
 * ones: order, names and bytes are what the sources named at each say. Binary values stand as hexadecimal digits.
 */

export const text = (name: string, value: string): RawHeader => ({ name, value: Buffer.from(value) })
export const hex = (name: string, digits: string): RawHeader => ({ name, value: Buffer.from(digits, 'hex') })
export const nothing = (name: string): RawHeader => ({ name, value: null })

/** Of the user: duplicates, binary, empty and null, in front and behind. */
export const userHeaders: readonly RawHeader[] = [
  text('tenant', 'acme'),
  hex('tenant', 'ff00fe'),
  text('empty', ''),
  nothing('nothing'),
]

const causeStack = (wrapper: string): string => `${wrapper}: Listener failed
\tat org.springframework.kafka.listener.KafkaMessageListenerContainer$ListenerConsumer.decorateException(KafkaMessageListenerContainer.java:2942)
\tat com.shop.payments.OrderListener.on(OrderListener.java:31)
Caused by: com.shop.payments.PaymentFailed: order-7 not paid
\tat com.shop.payments.PaymentService.pay(PaymentService.java:54)
\t... 12 more
Caused by: com.shop.payments.CardDeclinedException: card refused by bank-7
\tat com.shop.payments.PaymentClient.charge(PaymentClient.java:88)
\t... 14 more
`

/** `DeadLetterPublishingRecoverer` (spring-kafka 3): origin and group appended, exception replaced. */
const springOrigin = (offset: string): RawHeader[] => [
  text('kafka_dlt-original-topic', 'orders'),
  hex('kafka_dlt-original-partition', '00000003'),
  hex('kafka_dlt-original-offset', offset),
  hex('kafka_dlt-original-timestamp', '0000018bcfe5687b'),
  text('kafka_dlt-original-timestamp-type', 'CreateTime'),
  text('kafka_dlt-original-consumer-group', 'payments'),
]
const listenerFailed = 'org.springframework.kafka.listener.ListenerExecutionFailedException'
const springException = (cause = 'com.shop.payments.PaymentFailed'): RawHeader[] => [
  text('kafka_dlt-exception-fqcn', listenerFailed),
  text('kafka_dlt-exception-cause-fqcn', cause),
  text('kafka_dlt-exception-message', 'Listener failed; order-7 not paid'),
  text('kafka_dlt-exception-stacktrace', causeStack(listenerFailed)),
]
export const springOnce = [...userHeaders, ...springException(), ...springOrigin('0020000000000001')]
export const springTwice = [
  ...userHeaders,
  ...springOrigin('0020000000000001'),
  ...springException(),
  ...springOrigin('0020000000000009'),
]

/** A key that could not be read: `kafka_dlt-key-exception-*`, but the cause in the other header. */
export const springKeyFailure = [
  ...springOrigin('000000000000000a'),
  text(
    'kafka_dlt-key-exception-fqcn',
    'org.springframework.kafka.support.serializer.DeserializationException',
  ),
  text('kafka_dlt-exception-cause-fqcn', 'org.apache.kafka.common.errors.SerializationException'),
  text('kafka_dlt-key-exception-message', 'failed to deserialize'),
  text('kafka_dlt-key-exception-stacktrace', 'no trace'),
]

/** `@RetryableTopic` after three deliveries: the number of the next at each hop; times as BigInteger.toByteArray(). */
export const retryable = [
  text('kafka_original-topic', 'orders'),
  hex('kafka_original-partition', '00000003'),
  hex('kafka_original-offset', '000000000000002a'),
  hex('kafka_original-timestamp', '0000018bcfe5687b'),
  text('kafka_original-timestamp-type', 'CreateTime'),
  text('kafka_dlt-original-consumer-group', 'payments'),
  ...['00000002', '00000003', '00000004'].flatMap((next) => [
    hex('retry_topic-attempts', next),
    hex('retry_topic-original-timestamp', '018bcfe5687b'),
    hex('retry_topic-backoff-timestamp', '018bcfe56c63'),
  ]),
  text('kafka_exception-fqcn', listenerFailed),
  text('kafka_exception-cause-fqcn', 'org.springframework.kafka.listener.TimestampedException'),
  text('kafka_exception-message', 'Listener failed; nested exception is card refused'),
  text('kafka_exception-stacktrace', causeStack(listenerFailed)),
]
/** The same, sent to its topic again with its headers: it dies after one delivery and keeps its first origin. */
export const retryableReplayed = [
  ...retryable,
  hex('retry_topic-attempts', '00000005'),
  hex('retry_topic-original-timestamp', '018bcfe5687b'),
]

/** `KafkaMessageChannelBinder` */
const binderDeath = (offset: string): RawHeader[] => [
  text('x-original-topic', 'orders'),
  hex('x-original-partition', '00000001'),
  hex('x-original-offset', offset),
  hex('x-original-timestamp', '0000018bcfe5687b'),
  text('x-original-timestamp-type', 'CreateTime'),
  text('x-exception-fqcn', 'org.springframework.messaging.MessageHandlingException'),
  text('x-exception-message', 'card refused by bank-7'),
  text('x-exception-stacktrace', causeStack('org.springframework.messaging.MessageHandlingException')),
]
export const binderTwice = [
  ...binderDeath('0000000000000005'),
  ...userHeaders,
  ...binderDeath('0000000000000006'),
]

/** `DeadLetterQueueReporter`; an exception without message gives a null value. */
const connectDeath = (prefix: string, offset: string): RawHeader[] => [
  text(`${prefix}topic`, 'stock'),
  text(`${prefix}partition`, '0'),
  text(`${prefix}offset`, offset),
  text(`${prefix}connector.name`, 'warehouse'),
  text(`${prefix}task.id`, '2'),
  text(`${prefix}stage`, 'VALUE_CONVERTER'),
  text(`${prefix}class.name`, 'org.apache.kafka.connect.json.JsonConverter'),
  text(`${prefix}exception.class.name`, 'org.apache.kafka.connect.errors.DataException'),
  nothing(`${prefix}exception.message`),
  text(
    `${prefix}exception.stacktrace`,
    'org.apache.kafka.connect.errors.DataException\n\tat org.apache.kafka.connect.json.JsonConverter.toConnectData(JsonConverter.java:339)\n',
  ),
]
export const connectTwice = [
  ...connectDeath('__connect.errors.', '88213'),
  ...connectDeath('__connect.errors.', '88300'),
]
export const connectOwnPrefix = [...userHeaders, ...connectDeath('acme.sink.', '88213')]
/** Neo4j's sink under the prefix of its example: Connect's names, not those of Kafka Streams. */
export const neo4j = [
  text('__streams.errors.topic', 'stock'),
  text('__streams.errors.partition', '0'),
  text('__streams.errors.offset', '7'),
  text('__streams.errors.databaseName', 'neo4j'),
  text('__streams.errors.class.name', 'class streams.kafka.KafkaAutoCommitEventConsumer'),
  text('__streams.errors.exception.class.name', 'org.neo4j.graphdb.QueryExecutionException'),
  text('__streams.errors.exception.message', 'Invalid input'),
  text('__streams.errors.exception.stacktrace', 'org.neo4j.graphdb.QueryExecutionException: Invalid input\n'),
]

/** `ExceptionHandlerUtils` (KIP-1034): the newer build names the class, the older wrote toString(). */
export const streams = (exception: string): RawHeader[] => [
  ...userHeaders,
  text('__streams.errors.topic', 'shop-totals-repartition'),
  text('__streams.errors.partition', '1'),
  text('__streams.errors.offset', '4711'),
  text('__streams.errors.exception', exception),
  nothing('__streams.errors.message'),
  text('__streams.errors.stacktrace', causeStack('org.apache.kafka.streams.errors.StreamsException')),
]

/** `ShareGroupDLQStateManager` (KIP-1191) */
export const shareGroup = (topic = 'orders'): RawHeader[] => [
  text('__dlq.errors.topic', topic),
  text('__dlq.errors.partition', '3'),
  text('__dlq.errors.offset', '42'),
  text('__dlq.errors.group', 'packers'),
  text('__dlq.errors.delivery.count', '5'),
  text('__dlq.errors.message', 'Offset delivery count exceeded the threshold.'),
]

/** `KafkaDeadLetterQueue`: its headers before the record's, so the newest death comes first. */
const smallryeDeath = (offset: string, withCause: boolean): RawHeader[] => [
  text('dead-letter-exception-class-name', 'java.util.concurrent.CompletionException'),
  text('dead-letter-reason', 'card refused'),
  ...(withCause
    ? [
        text('dead-letter-cause-class-name', 'com.shop.CardDeclinedException'),
        text('dead-letter-cause', 'card refused by bank-7'),
      ]
    : []),
  text('dead-letter-topic', 'orders'),
  text('dead-letter-partition', '1'),
  text('dead-letter-offset', offset),
]
export const smallryeTwice = [...smallryeDeath('20', false), ...smallryeDeath('10', true), ...userHeaders]

/** `KafkaDelayedRetryTopic`: each hop writes its set in front; count and times stand with the record's own headers. */
const retryHop = (topic: string, offset: string, withCause: boolean): RawHeader[] => [
  text('delayed-retry-exception-class-name', 'com.shop.PaymentFailed'),
  text('delayed-retry-reason', `failed at ${topic}`),
  ...(withCause
    ? [
        text('delayed-retry-cause-class-name', 'com.shop.CardDeclinedException'),
        text('delayed-retry-cause', 'card refused'),
      ]
    : []),
  text('delayed-retry-topic', topic),
  text('delayed-retry-partition', '1'),
  text('delayed-retry-offset', offset),
]
const chain = (offset: string): RawHeader[] => [
  ...retryHop('orders_retry_20000', '5', false),
  ...retryHop('orders_retry_10000', '6', true),
  ...retryHop('orders', offset, true),
]
const retryState = [
  text('delayed-retry-original-timestamp', '1700000000123'),
  text('delayed-retry-first-processing-timestamp', '1700000000200'),
  text('delayed-retry-count', '2'),
]
export const smallryeRetry = [...chain('41'), ...userHeaders, ...retryState]
/** The same, sent to its topic again with its headers. */
export const smallryeRetryReplayed = [
  ...retryHop('orders', '99', false),
  ...chain('41'),
  ...userHeaders,
  ...retryState,
]

/** Karafka 2.5, and before it with `original_`. */
export const karafka = (prefix: 'source_' | 'original_'): RawHeader[] => [
  ...userHeaders,
  text(`${prefix}topic`, 'orders'),
  text(`${prefix}partition`, '3'),
  text(`${prefix}offset`, '42'),
  text(`${prefix}consumer_group`, 'payments'),
  text(`${prefix}attempts`, '4'),
]

/** Watermill's middleware PoisonQueue: metadata of a map, in any order. */
export const watermill = [
  text('handler_poisoned', 'charge'),
  text('reason_poisoned', 'dial tcp 10.0.0.7:5432: connection refused'),
  text('_watermill_message_uuid', '7f3b'),
  text('topic_poisoned', 'orders'),
  text('subscriber_poisoned', 'kafka.Subscriber'),
]

/** Wolverine's Kafka transport: Exception.StackTrace has frames only. */
export const wolverine = [
  ...userHeaders,
  text('exception-type', 'Shop.Payments.CardDeclinedException'),
  text('exception-message', 'card refused by bank-7'),
  text(
    'exception-stack',
    '   at Shop.Payments.PaymentClient.ChargeAsync(Order order) in /src/Payments/PaymentClient.cs:line 42\n   at Wolverine.Runtime.Handlers.Executor.ExecuteAsync(MessageContext context, CancellationToken cancellation)',
  ),
  text('failed-at', '1795000000123'),
]

/** junges/laravel-kafka `buildHeadersForDlq` */
export const laravelKafka = [
  ...userHeaders,
  text('kafka_throwable_message', 'card refused'),
  text('kafka_throwable_code', '0'),
  text('kafka_throwable_class_name', 'App\\Exceptions\\CardDeclined'),
]

/** MassTransit `MessageHeaders`, over its Kafka rider. */
export const massTransit = [
  text('MT-Reason', 'fault'),
  text('MT-Fault-ExceptionType', 'Shop.Payments.CardDeclinedException'),
  text('MT-Fault-Message', 'card refused'),
  text('MT-Fault-Timestamp', '2026-09-25T21:32:52.4112955Z'),
  text('MT-Fault-StackTrace', '   at Shop.Payments.PaymentClient.Charge(Order order)'),
  text('MT-Fault-InputAddress', 'loopback://localhost/kafka/orders?temporary=true'),
  text('MT-Fault-RetryCount', '3'),
]

/** NServiceBus `Headers` and `FaultsHeaderKeys`. */
export const nServiceBus = [
  text('NServiceBus.MessageId', '5f1c'),
  text('NServiceBus.FailedQ', 'orders@SERVER-7'),
  text('NServiceBus.TimeOfFailure', '2026-09-25 21:32:52:411295 Z'),
  text('NServiceBus.ExceptionInfo.ExceptionType', 'Shop.Payments.CardDeclinedException'),
  text('NServiceBus.ExceptionInfo.Message', 'card refused'),
  text(
    'NServiceBus.ExceptionInfo.StackTrace',
    'Shop.Payments.CardDeclinedException: card refused\n   at Shop.Pay()',
  ),
]

/** Each of them by its name. */
export const everyLetter: Readonly<Record<string, readonly RawHeader[]>> = {
  springOnce,
  springTwice,
  springKeyFailure,
  retryable,
  retryableReplayed,
  binderTwice,
  connectTwice,
  connectOwnPrefix,
  neo4j,
  streams: streams('com.shop.Failed'),
  shareGroup: shareGroup(),
  smallryeTwice,
  smallryeRetry,
  smallryeRetryReplayed,
  karafka: karafka('source_'),
  karafkaBefore: karafka('original_'),
  watermill,
  wolverine,
  laravelKafka,
  massTransit,
  nServiceBus,
}
