import { describeConfigsV4, describeLogDirsV4 } from '@platformatic/kafka'
import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type {
  ReplicaSize,
  SettingOrigin,
  SettingSource,
  TopicOffsets,
  TopicSetting,
  TopicState,
  Topics,
} from '#server/ports/topics.ts'
import { answering, gathering } from './answering.ts'
import { chunk } from './chunk.ts'
import type { KafkaClient, Metadata } from './client.ts'
import { errorOfCode, protocolError } from './errors.ts'
import { earliest, latest, listOffsets, newestTime } from './offsets.ts'
import { readTopicRights } from './rights.ts'

const topicResource = 2 as const
const brokerResource = 4 as const
const configsPerRequest = 500
const dynamicTopicConfig = 1
const unknownError = -1

const stateOf = (topic: Metadata['topics'] extends ReadonlyMap<string, infer T> ? T : never): TopicState => ({
  name: (topic.name ?? '') as TopicName,
  topicId: topic.topicId,
  internal: topic.isInternal,
  partitions: topic.partitions
    .map(({ partitionIndex, leaderId, replicaNodes, isrNodes }) => ({
      partition: partitionIndex,
      leader: leaderId < 0 ? null : leaderId,
      replicas: replicaNodes,
      inSync: isrNodes,
    }))
    .sort((a, b) => a.partition - b.partition),
})

/** The topics facet of a cluster. */
export const makeTopics = (client: KafkaClient): Topics => ({
  list: ({ signal, maxAgeMs }) =>
    answering('topics', async () =>
      [...(await client.metadata(signal, maxAgeMs)).topics.values()]
        .filter(({ errorCode }) => errorCode === 0)
        .map(stateOf),
    ),

  find: async (name, { signal }) => {
    const found = await answering(`topic ${name}`, () => client.topic(name, signal))
    if (!found.ok) return found
    if (found.value === null)
      return fail({ kind: 'not-found', detail: `The topic ${name} does not exist.`, source: 'broker' })
    if (found.value.errorCode !== 0) return fail(errorOfCode(found.value.errorCode, `topic ${name}`))
    return succeed(stateOf(found.value))
  },

  offsets: (topics, { signal }) =>
    answering('offsets', async () => {
      const questions = topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partition, leader }) => ({ topic: name, partition, leader: leader ?? -1 })),
      )
      const [starts, ends] = await Promise.all([
        listOffsets(client, questions, earliest, signal),
        listOffsets(client, questions, latest, signal),
      ])
      const keyOf = ({ topic, partition }: { topic: string; partition: number }) => `${topic} ${partition}`
      const startOf = new Map(starts.map((answer) => [keyOf(answer), answer]))
      const endsOf = Map.groupBy(ends, ({ topic }) => topic)
      return topics.map(({ name }): TopicOffsets => {
        const rows = (endsOf.get(name) ?? []).map((end) => ({ end, start: startOf.get(keyOf(end)) }))
        return {
          topic: name,
          partitions: rows.flatMap(({ end, start }) =>
            end.error === null && start?.error === null
              ? [{ partition: end.partition, start: start.offset, end: end.offset }]
              : [],
          ),
          failed: rows.flatMap(({ end, start }) => {
            const error = end.error ?? start?.error ?? null
            return error === null ? [] : [{ partition: end.partition, error }]
          }),
        }
      })
    }),

  settings: (topics, { signal, only }) =>
    answering('topic settings', async () => {
      const answers = await Promise.all(
        chunk(topics, configsPerRequest).map((names) =>
          client.ask(
            null,
            signal,
            describeConfigsV4.api,
            names.map((resourceName) => ({
              resourceType: topicResource,
              resourceName,
              configurationKeys: only === undefined ? null : [...only],
            })),
            false,
            false,
          ),
        ),
      )
      return new Map(
        answers
          .flatMap(({ results }) => results)
          .filter(({ errorCode }) => errorCode === 0)
          .map(({ resourceName, configs }) => [
            resourceName as TopicName,
            configs.map(
              ({ name, value, configSource }): TopicSetting => ({
                name,
                value: value ?? null,
                isDefault: configSource !== dynamicTopicConfig,
              }),
            ),
          ]),
      )
    }),

  describeSettings: (topic, { signal }) =>
    answering(`topic ${topic}`, () => describeSettings(client, topic, signal)),

  lastTimes: (topics, { signal }) =>
    answering('times of the newest records', async () => {
      const questions = topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partition, leader }) => ({ topic: name, partition, leader: leader ?? -1 })),
      )
      const found = new Map(topics.map(({ name }) => [name, new Map<number, bigint | null>()]))
      for (const { topic, partition, timestampMs, error } of await listOffsets(
        client,
        questions,
        newestTime,
        signal,
      ))
        if (error === null)
          found.get(topic as TopicName)?.set(partition, timestampMs < 0n ? null : timestampMs)
      return found
    }),

  rights: (topics, { signal }) => answering('topic rights', () => readTopicRights(client, topics, signal)),

  sizes: async ({ signal }) => {
    const cluster = await answering('log directories', () => client.metadata(signal, 0))
    if (!cluster.ok) return cluster
    const { brokers, topics } = cluster.value
    return gathering(
      'log directories',
      [...brokers.keys()],
      (broker) => readLogDirs(client, broker, null, signal),
      (answers) => {
        const sizes = new Map<TopicName, bigint>()
        for (const { broker, found } of answers)
          for (const { name, partitions } of found) {
            const known = topics.get(name)?.partitions ?? []
            const led = new Set(
              known.flatMap(({ partitionIndex, leaderId }) => (leaderId === broker ? [partitionIndex] : [])),
            )
            const bytes = partitions.reduce(
              (sum, { partitionIndex, partitionSize, isFutureKey }) =>
                led.has(partitionIndex) && !isFutureKey ? sum + partitionSize : sum,
              0n,
            )
            if (led.size > 0) sizes.set(name as TopicName, (sizes.get(name as TopicName) ?? 0n) + bytes)
          }
        return sizes
      },
    )
  },

  replicaSizes: ({ name, partitions }, { signal }) =>
    gathering(
      `log directories of ${name}`,
      [...new Set(partitions.flatMap(({ replicas }) => replicas))].sort((a, b) => a - b),
      (broker) =>
        readLogDirs(
          client,
          broker,
          [{ name, partitions: partitions.map(({ partition }) => partition) }],
          signal,
        ),
      (answers) =>
        answers.flatMap(({ broker, found }) =>
          found.flatMap((topic) =>
            topic.partitions.map(
              ({ partitionIndex, partitionSize, isFutureKey }): ReplicaSize => ({
                partition: partitionIndex,
                broker,
                bytes: partitionSize,
                isFuture: isFutureKey,
              }),
            ),
          ),
        ),
    ),
})

/** What stands in the log directories of one broker, of all topics or of those given. */
const readLogDirs = async (
  client: KafkaClient,
  broker: number,
  topics: { name: string; partitions: number[] }[] | null,
  signal: AbortSignal,
) => {
  const { errorCode, results } = await client.ask(broker, signal, describeLogDirsV4.api, topics)
  if (errorCode !== 0) throw protocolError(errorCode, 'log directories')
  return { broker, found: results.flatMap((result) => result.topics) }
}

/** ConfigSource of DescribeConfigs. Default logger and client metrics values do not occur with topics. */
const sources: Readonly<Record<number, SettingSource>> = {
  1: 'topic',
  2: 'broker-dynamic',
  3: 'broker-dynamic',
  4: 'broker-static',
  5: 'default',
}

/**
 * Settings whose default the brokers may hold in another unit, under other names: those are no synonyms for them. The
 * first that is set counts.
 */
const inOtherUnits: Readonly<Record<string, readonly (readonly [name: string, milliseconds: bigint])[]>> = {
  'retention.ms': [
    ['log.retention.ms', 1n],
    ['log.retention.minutes', 60_000n],
    ['log.retention.hours', 3_600_000n],
  ],
  'segment.ms': [
    ['log.roll.ms', 1n],
    ['log.roll.hours', 3_600_000n],
  ],
  'segment.jitter.ms': [
    ['log.roll.jitter.ms', 1n],
    ['log.roll.jitter.hours', 3_600_000n],
  ],
}

/** Values of a broker's own settings; empty where this user may not see them. */
const readBrokerSettings = async (
  client: KafkaClient,
  names: string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> => {
  const { brokers } = await client.metadata(signal)
  const [broker] = brokers.keys()
  if (names.length === 0 || broker === undefined) return new Map()
  const resource = { resourceType: brokerResource, resourceName: String(broker), configurationKeys: names }
  // Settings of a broker are told by that broker alone.
  const { results } = await client.ask(broker, signal, describeConfigsV4.api, [resource], false, false)
  const told = results.flatMap(({ errorCode, configs }) => (errorCode === 0 ? configs : []))
  return new Map(told.flatMap(({ name, value }) => (value ? [[name, value] as const] : [])))
}

/** The value in force without the topic's own is the first synonym after it (KIP-226). */
const describeSettings = async (
  client: KafkaClient,
  topic: TopicName,
  signal: AbortSignal,
): Promise<readonly SettingOrigin[]> => {
  const resource = { resourceType: topicResource, resourceName: topic, configurationKeys: null } as const
  const { results } = await client.ask(null, signal, describeConfigsV4.api, [resource], true, false)
  const [found] = results
  if (found === undefined || found.errorCode !== 0)
    throw protocolError(found?.errorCode ?? unknownError, `settings of ${topic}`)
  const defaultOf = ({ value, configSource, synonyms }: (typeof found.configs)[number]): string | null =>
    (configSource === dynamicTopicConfig
      ? synonyms.find(({ source }) => source !== dynamicTopicConfig)?.value
      : value) ?? null
  const untold = found.configs.filter((one) => defaultOf(one) === null)
  const asked = untold.flatMap(({ name }) => inOtherUnits[name]?.map(([other]) => other) ?? [])
  const told = await readBrokerSettings(client, asked, signal)
  const converted = (name: string): string | null => {
    const [other, unit] = inOtherUnits[name]?.find(([one]) => told.has(one)) ?? []
    const value = other === undefined ? undefined : told.get(other)
    return value === undefined || unit === undefined ? null : (BigInt(value) * unit).toString()
  }
  return found.configs.map((config) => {
    const { name, value, configSource, readOnly } = config
    return {
      name,
      value: value ?? null,
      isDefault: configSource !== dynamicTopicConfig,
      source: sources[configSource] ?? 'unknown',
      defaultValue: defaultOf(config) ?? converted(name),
      isReadOnly: readOnly,
    }
  })
}
