import type { Consumer } from 'kafkajs'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import { insertSamples } from '#server/repositories/lag-samples.ts'
import { type Bench, good, outgoing, takeLease } from './dead-letter-fixture.ts'

/** Where a real group found a message. */
export type Place = {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly value: string
}

/** For tests: a real group that reads a topic from its start, does as told with each message, and commits. */
export const startConsumer = async (
  bench: Bench,
  group: string,
  topic: string,
  handle: (place: Place) => Promise<void>,
): Promise<Consumer> => {
  const consumer = bench.kafka.consumer({ groupId: group, maxWaitTimeInMs: 200 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommitThreshold: 1,
    eachMessage: ({ partition, message }) =>
      handle({ topic, partition, offset: BigInt(message.offset), value: message.value?.toString() ?? '' }),
  })
  return consumer
}

/** For tests: real groups, as `startConsumer` starts one, that are stopped together. */
export const gatherConsumers = () => {
  const running: Consumer[] = []
  return {
    start: async (...consumer: Parameters<typeof startConsumer>): Promise<void> => {
      running.push(await startConsumer(...consumer))
    },
    stopAll: async (): Promise<void> => {
      await Promise.all(running.splice(0).map((consumer) => consumer.disconnect()))
    },
  }
}

/** For tests: moves a record to another topic as Spring Kafka does, its headers first, then the failure's. */
export const giveUp = async (
  bench: Bench,
  place: Omit<Place, 'value'>,
  to: string,
  headers: readonly RawHeader[],
  keeps: (header: RawHeader) => boolean = () => true,
): Promise<void> => {
  const { messages } = bench.connection.broker
  const record =
    messages &&
    (await good(messages.readAt(place.topic as TopicName, place.partition, place.offset, bench.call())))
  await bench.send([
    outgoing(to, {
      key: record?.key ?? null,
      value: record?.value ?? null,
      headers: [...(record?.headers ?? []).filter(keeps), ...headers],
    }),
  ])
}

/** For tests: a sample as the lag sampler writes it, this group reads this topic and has a member. */
export const sampleGroup = async (bench: Bench, group: string, topic: string): Promise<void> => {
  const lease = await takeLease(bench.deps, 'sample-lag:local')
  const sample = { group, topic, lag: 0n, endSum: 1n, committedSum: 1n, members: 1, state: 'stable' }
  await insertSamples(bench.database.db, 'local', { groups: [sample], topics: [], ageMs: 0 }, lease)
  await lease.release()
}
