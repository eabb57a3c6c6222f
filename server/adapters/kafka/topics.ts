import { describeConfigsV4, describeLogDirsV4 } from '@platformatic/kafka'
import type { TopicName } from '#server/contracts/scalars.ts'
import { fail, succeed } from '#server/domain/result.ts'
import type { Answer, TopicOffsets, TopicSetting, TopicState, Topics } from '#server/ports/broker.ts'
import type { KafkaClient, Metadata } from './client.ts'
import { errorOfCode, errorOfThrown, tolerate } from './errors.ts'
import { earliest, latest, listOffsets } from './offsets.ts'

const topicResource = 2
const configsPerRequest = 500
const dynamicTopicConfig = 1

/** Runs an adapter method: what the client throws becomes the error of the answer. */
export const answering = async <T>(about: string, work: () => Promise<T>): Answer<T> => {
  try {
    return succeed(await work())
  } catch (error) {
    return fail(errorOfThrown(error, about))
  }
}

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

const chunk = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )

/** The topics facet of a cluster. */
export const makeTopics = (client: KafkaClient): Topics => ({
  list: ({ signal }) =>
    answering('topics', async () =>
      [...(await client.metadata(signal)).topics.values()]
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

  settings: (topics, { signal }) =>
    answering('topic settings', async () => {
      const answers = await Promise.all(
        chunk(topics, configsPerRequest).map((names) =>
          client.ask(null, signal, (connection) =>
            tolerate(
              describeConfigsV4.api.async(
                connection,
                names.map((resourceName) => ({
                  resourceType: topicResource,
                  resourceName,
                  configurationKeys: null,
                })),
                false,
                false,
              ),
            ),
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

  sizes: ({ signal }) =>
    answering('log directories', async () => {
      const { brokers, topics } = await client.metadata(signal, true)
      const sizes = new Map<TopicName, bigint>()
      await Promise.all(
        [...brokers.keys()].map(async (broker) => {
          const { results } = await client.ask(broker, signal, (connection) =>
            tolerate(describeLogDirsV4.api.async(connection, null)),
          )
          for (const { name, partitions } of results.flatMap((result) => result.topics))
            for (const { partitionIndex, partitionSize } of partitions) {
              const leader = topics
                .get(name)
                ?.partitions.find((one) => one.partitionIndex === partitionIndex)?.leaderId
              if (leader === broker)
                sizes.set(name as TopicName, (sizes.get(name as TopicName) ?? 0n) + partitionSize)
            }
        }),
      )
      return sizes
    }),
})
