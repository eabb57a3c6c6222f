import { CompressionTypes, Kafka, logLevel } from 'kafkajs'
import { makeTopics } from '../../server/sandbox/stack/make-topics.ts'

export type Filling = {
  readonly topic: string
  readonly partitions: number
  readonly records: number
  readonly valueBytes: number
  /** The key of a record by its number; `k<number>` where none is given. */
  readonly keyOf?: (index: number) => string
  /** The value likewise; `valueBytes` of one letter where none is given. */
  readonly textOf?: (index: number) => string
  readonly settings?: Readonly<Record<string, string>>
}

const atOnce = 1_000

/** Makes a topic and fills it, records spread over the partitions in turn; a codec is the topic's `compression.type`. */
export const fillTopic = async (
  brokers: string,
  { topic, partitions, records, valueBytes, keyOf = (index) => `k${index}`, textOf, settings = {} }: Filling,
): Promise<void> => {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
  await makeTopics(admin, [{ topic, numPartitions: partitions, configEntries }])
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  const value = Buffer.alloc(valueBytes, 'x')
  for (let sent = 0; sent < records; sent += atOnce)
    await producer.send({
      topic,
      compression: CompressionTypes.None,
      messages: Array.from({ length: Math.min(atOnce, records - sent) }, (_, index) => ({
        key: keyOf(sent + index),
        value: textOf?.(sent + index) ?? value,
        partition: (sent + index) % partitions,
      })),
    })
  await producer.disconnect()
}
