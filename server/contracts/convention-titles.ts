/** How frameworks mark their dead letters, in words for screens. The order is that of lists. */
export const conventionTitles = {
  'spring-dead-letter': 'Spring Kafka',
  'spring-retryable': 'Spring @RetryableTopic',
  'spring-cloud-stream': 'Spring Cloud Stream',
  'kafka-connect': 'Kafka Connect',
  'connect-style': 'Connect headers, own prefix',
  'kafka-streams': 'Kafka Streams',
  'share-group': 'Kafka share groups',
  smallrye: 'SmallRye (Quarkus)',
  'smallrye-retry': 'SmallRye delayed retry',
  karafka: 'Karafka',
  watermill: 'Watermill',
  wolverine: 'Wolverine',
  'laravel-kafka': 'laravel-kafka',
  masstransit: 'MassTransit',
  nservicebus: 'NServiceBus',
} as const

export type KnownConvention = keyof typeof conventionTitles
/** A convention by name: a framework's, one that the operator describes, or none. */
export type Convention = KnownConvention | `configured:${string}` | 'unrecognised'

/** A convention in words: the framework's title, the operator's own name, or that there is none. */
export const titleOfConvention = (name: Convention): string =>
  name === 'unrecognised'
    ? 'not recognised'
    : (conventionTitles[name as KnownConvention] ?? name.slice('configured:'.length))
