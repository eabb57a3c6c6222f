import { CompressionTypes, Kafka, logLevel } from 'kafkajs'

export type Filling = {
  readonly topic: string
  readonly partitions: number
  readonly records: number
  readonly valueBytes: number
  /** The key of a record by its number; `k<number>` where none is given. */
  readonly keyOf?: (index: number) => string
}

const atOnce = 1_000

/** Makes a topic and fills it, uncompressed, records spread over the partitions in turn. */
export const fillTopic = async (
  brokers: string,
  { topic, partitions, records, valueBytes, keyOf = (index) => `k${index}` }: Filling,
): Promise<void> => {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true })
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
        value,
        partition: (sent + index) % partitions,
      })),
    })
  await producer.disconnect()
}
