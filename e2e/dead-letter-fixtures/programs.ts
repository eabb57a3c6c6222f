/** A program below `programs/` and how it is run for one capture. */
export type Program = {
  /** Name of the capture and of its file. */
  readonly name: string
  readonly framework: string
  readonly version: string
  readonly style: string
  readonly module: string
  /** Appended to the topic: the framework's own default where it has one. */
  readonly deadLetterTopic: (topic: string, group: string) => string
  /** The framework makes its dead-letter topic itself. */
  readonly makesTopic?: true
  /** Topics for retries that the framework does not make. */
  readonly retryTopics?: (topic: string) => readonly string[]
  /** Values are JSON. */
  readonly json?: true
  /** Ways to fail beside those that all know. */
  readonly moreFailures?: readonly string[]
  /** Ways to fail that this consumer does not have. */
  readonly lacks?: readonly string[]
}

const spring = (version: string, styles: readonly string[]): Program[] =>
  styles.map((style) => ({
    name: `spring-kafka-${version}-${style}`,
    framework: 'Spring Kafka',
    version,
    style,
    module: 'spring-kafka',
    deadLetterTopic: (topic) =>
      `${topic}${version.startsWith('2.') && style !== 'retryable' ? '.DLT' : '-dlt'}`,
    ...(style === 'retryable' ? { makesTopic: true as const } : {}),
  }))

const springStyles = ['recoverer', 'retryable', 'batch']

export const programs: readonly Program[] = [
  ...spring('4.1.1', springStyles),
  {
    name: 'kafka-connect-4.3.1-sink',
    framework: 'Kafka Connect',
    version: '4.3.1',
    style: 'sink',
    module: 'kafka-connect',
    deadLetterTopic: (topic) => `dlq.${topic}`,
    makesTopic: true,
    json: true,
    moreFailures: ['transformation'],
  },
  ...['direct', 'repartitioned'].map((style) => ({
    name: `kafka-streams-4.3.1-${style}`,
    framework: 'Kafka Streams',
    version: '4.3.1',
    style,
    module: 'kafka-streams',
    deadLetterTopic: (topic: string) => `${topic}.dead-letters`,
  })),
  ...spring('3.3.16', springStyles),
  ...spring('2.9.13', springStyles),
  ...['dead-letter-queue', 'delayed-retry-topic'].map((style) => ({
    name: `smallrye-4.36.0-${style}`,
    framework: 'SmallRye Reactive Messaging',
    version: '4.36.0',
    style,
    module: 'smallrye',
    deadLetterTopic: (topic: string) => `dead-letter-topic-${topic}`,
    ...(style === 'delayed-retry-topic'
      ? {
          retryTopics: (topic: string) => [`${topic}_retry_1000`, `${topic}_retry_2000`],
          // What could not be read comes back from the retry topics as null, or not at all.
          lacks: ['bad-value', 'bad-key'],
        }
      : {}),
  })),
  {
    name: 'spring-cloud-stream-5.0.2-binder',
    framework: 'Spring Cloud Stream',
    version: '5.0.2',
    style: 'binder',
    module: 'spring-cloud-stream',
    deadLetterTopic: (topic, group) => `error.${topic}.${group}`,
    // It reads bytes, and gives the application what can be made of them.
    lacks: ['bad-value', 'bad-key'],
  },
]
