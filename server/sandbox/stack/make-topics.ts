import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, ITopicConfig } from 'kafkajs'

const patienceMs = 30_000

/**
 * Makes topics and waits until each partition has a leader. kafkajs would wait for that, too, but gives up on a broker
 * that has made a topic and does not know it yet. Throws what the broker said last when it takes longer than 30 s.
 */
export const makeTopics = async (admin: Admin, topics: readonly ITopicConfig[]): Promise<void> => {
  await admin.createTopics({ topics: [...topics], waitForLeaders: false })
  const names = topics.map(({ topic }) => topic)
  for (const untilMs = performance.now() + patienceMs; ; await sleep(50)) {
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
