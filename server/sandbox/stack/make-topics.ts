import { setTimeout as sleep } from 'node:timers/promises'
import { Admin as OffsetsAdmin } from '@platformatic/kafka'
import type { Admin, ITopicConfig } from 'kafkajs'

const patienceMs = 30_000
const lookAgainMs = 50
const latest = -1n

/**
 * Makes topics and waits until the leader of each partition answers for it. kafkajs waits for less: a broker that is told
 * as leader may still refuse what is asked of it for a moment, and a producer of kafkajs then writes what other partitions
 * took a second time; and kafkajs gives up on a broker that has made a topic and does not know it yet. Throws what the
 * broker said last when it takes longer than 30 s.
 */
export const makeTopics = async (admin: Admin, topics: readonly ITopicConfig[]): Promise<void> => {
  await admin.createTopics({ topics: [...topics], waitForLeaders: false })
  const names = topics.map(({ topic }) => topic)
  const { brokers } = await admin.describeCluster()
  // Not by kafkajs: its metadata would hold these topics from then on, and fail once another has deleted them.
  const leaders = new OffsetsAdmin({
    clientId: 'make-topics',
    bootstrapBrokers: brokers.map(({ host, port }) => `${host}:${port}`),
    retries: 0,
  })
  try {
    for (const untilMs = performance.now() + patienceMs; ; ) {
      try {
        const found = await admin.fetchTopicMetadata({ topics: names })
        if (found.topics.some(({ partitions }) => partitions.some(({ leader }) => leader < 0)))
          throw new Error(`${names.join(', ')}: some partitions have no leader`)
        const asked = found.topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionId }) => ({
            partitionIndex: partitionId,
            timestamp: latest,
          })),
        }))
        // Only leaders answer where partitions end.
        await leaders.listOffsets({ topics: asked })
        return
      } catch (error) {
        if (performance.now() > untilMs) throw error
      }
      await sleep(lookAgainMs)
    }
  } finally {
    await leaders.close()
  }
}
