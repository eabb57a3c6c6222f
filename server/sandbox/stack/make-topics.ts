import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, ITopicConfig } from 'kafkajs'

const patienceMs = 30_000
/**
 * As long as kafkajs waits before it asks: a broker that is told as leader may still refuse what is asked of it for some
 * milliseconds, and a producer of kafkajs then writes what other partitions took a second time.
 */
const settleMs = 100

/**
 * Makes topics and waits until each partition has a leader. kafkajs would wait for that, too, but gives up on a broker
 * that has made a topic and does not know it yet. Throws what the broker said last when it takes longer than 30 s.
 */
export const makeTopics = async (admin: Admin, topics: readonly ITopicConfig[]): Promise<void> => {
  await admin.createTopics({ topics: [...topics], waitForLeaders: false })
  const names = topics.map(({ topic }) => topic)
  for (const untilMs = performance.now() + patienceMs; ; ) {
    await sleep(settleMs)
    let last: unknown = new Error(`${names.join(', ')}: some partitions have no leader`)
    try {
      const found = await admin.fetchTopicMetadata({ topics: names })
      if (found.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return
    } catch (error) {
      last = error
    }
    if (performance.now() > untilMs) throw last
  }
}
