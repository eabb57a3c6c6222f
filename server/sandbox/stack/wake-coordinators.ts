import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { commitOffsets } from './commit-offsets.ts'
import { makeTopics } from './make-topics.ts'

const topic = 'wake-coordinators'
/** So many that each partition of the topics of groups and transactions is very likely to have one. */
const ids = Array.from({ length: 12 }, (_, index) => `${topic}-${index}`)
const patienceMs = 60_000

const untilItWorks = async (work: () => Promise<void>): Promise<void> => {
  for (const untilMs = performance.now() + patienceMs; ; await sleep(100))
    try {
      return await work()
    } catch (error) {
      if (performance.now() > untilMs) throw error
    }
}

/**
 * Uses groups and transactions of a broker that has just started until they work: it makes their topics with the first
 * request, and refuses others meanwhile, for some seconds on a busy machine. Leaves neither topic nor group.
 */
export const wakeCoordinators = async (brokers: string): Promise<void> => {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  try {
    await makeTopics(admin, [{ topic, numPartitions: 1 }])
    for (const id of ids) await untilItWorks(() => commitOffsets(brokers.split(','), id, topic, [0]))
    for (const transactionalId of ids)
      await untilItWorks(async () => {
        const producer = kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 })
        await producer.connect()
        try {
          const transaction = await producer.transaction()
          await transaction.send({ topic, messages: [{ value: null }] })
          await transaction.commit()
        } finally {
          await producer.disconnect()
        }
      })
    await admin.deleteGroups(ids)
    await admin.deleteTopics({ topics: [topic] })
  } finally {
    await admin.disconnect()
  }
}
