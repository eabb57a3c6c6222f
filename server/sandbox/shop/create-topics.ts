import { brokersOf, loadKafkaJs } from './service-kit.ts'
import { type Topic, topics } from './shop-names.ts'

/** Makes the shop's topics where they are not there, and gives those of an earlier shop the partitions they lack. */
export const createTopics = async (): Promise<void> => {
  const { Kafka, logLevel } = loadKafkaJs()
  const admin = new Kafka({ clientId: 'shop', brokers: brokersOf(), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    const [there, missing] = [true, false].map((wanted) =>
      (Object.keys(topics) as Topic[]).filter((topic) => existing.has(topic) === wanted),
    )
    await admin.createTopics({
      topics: (missing ?? []).map((topic) => ({
        topic,
        numPartitions: topics[topic].partitions,
        configEntries: Object.entries(topics[topic].settings).map(([name, value]) => ({ name, value })),
      })),
    })
    const { topics: told } = await admin.fetchTopicMetadata({ topics: there ?? [] })
    const small = told.filter(({ name, partitions }) => partitions.length < topics[name as Topic].partitions)
    if (small.length > 0)
      await admin.createPartitions({
        topicPartitions: small.map(({ name }) => ({ topic: name, count: topics[name as Topic].partitions })),
      })
  } finally {
    await admin.disconnect()
  }
}
