import type { Kafka } from 'kafkajs'
import { readRawRecord } from './dead-letters/raw-record.ts'

/** More than can be on their way at once: the last record of a partition need not hold the highest number. */
const inFlight = 10_000

const highestIn = async (kafka: Kafka, brokers: readonly string[], topic: string): Promise<number> => {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const numbers = (await admin.fetchTopicOffsets(topic))
      .filter(({ low, high }) => low !== high)
      .map(async ({ partition, high }) => {
        const { key } = await readRawRecord(brokers, topic, partition, BigInt(high) - 1n)
        return Number(/^order-(\d+)$/.exec(key?.toString() ?? '')?.[1] ?? 0)
      })
    return Math.max(0, ...(await Promise.all(numbers)))
  } finally {
    await admin.disconnect()
  }
}

/**
 * The number before the next order's. Numbers never repeat, whatever the rate was before a restart: they go on after those
 * that lie in the topic, and never below the clock's tenths of seconds since 2026. Throws when Kafka does not answer.
 */
export const findLastOrderNumber = async (
  kafka: Kafka,
  brokers: readonly string[],
  topic: string,
  nowMs = Date.now(),
): Promise<number> => {
  const ofClock = Math.floor((nowMs - Date.UTC(2026, 0, 1)) / 100)
  const highest = await highestIn(kafka, brokers, topic)
  return Math.max(ofClock, highest === 0 ? 0 : highest + inFlight)
}
