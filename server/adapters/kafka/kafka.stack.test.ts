import { Connection, Consumer, deleteRecordsV2 } from '@platformatic/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, inject } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { type BrokerControls, describeBrokerContract } from './broker-contract.ts'
import { makeKafkaAdapter } from './make-kafka-adapter.ts'
import { describeTopicAdminContract } from './topic-admin-contract.ts'

const brokers = inject('brokers')
const adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'test', name: 'Test', brokers }))
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const admin = kafka.admin()

const consumeClassic = async (topic: string, group: string): Promise<void> => {
  const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 200 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const partitions = new Set<number>()
  await new Promise<void>((resolve) => {
    void consumer.run({
      autoCommit: true,
      eachMessage: async ({ partition }) => {
        partitions.add(partition)
        if (partitions.size === 2) resolve()
      },
    })
  })
  await consumer.stop()
  await consumer.disconnect()
}

const consumeModern = async (topic: string, group: string): Promise<void> => {
  const consumer = new Consumer({
    clientId: 'contract',
    groupId: group,
    bootstrapBrokers: brokers.split(','),
    groupProtocol: 'consumer',
  })
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'earliest',
    autocommit: true,
    maxWaitTime: 200,
  })
  const partitions = new Set<number>()
  for await (const message of stream) {
    await message.commit()
    partitions.add(message.partition)
    if (partitions.size === 2) break
  }
  await stream.close()
  await consumer.close(true)
}

const controls: BrokerControls = {
  createTopic: async (topic, numPartitions, settings = {}) => {
    await admin.connect()
    const configEntries = Object.entries({ 'retention.ms': '-1', ...settings }).map(([name, value]) => ({
      name,
      value,
    }))
    await makeTopics(admin, [{ topic, numPartitions, configEntries }])
  },
  consumeAll: (topic, group, protocol) =>
    protocol === 'classic' ? consumeClassic(topic, group) : consumeModern(topic, group),
  deleteRecordsBefore: async (name, partitionIndex, offset) => {
    const [host = '', port = ''] = (brokers.split(',')[0] ?? '').split(':')
    const connection = new Connection('contract')
    await connection.connect(host, Number(port))
    await deleteRecordsV2.api.async(connection, [{ name, partitions: [{ partitionIndex, offset }] }], 5_000)
    await connection.close()
  },
}

describeBrokerContract('Kafka', () => ({ adapter, controls }))
describeTopicAdminContract('Kafka', () => adapter)

afterAll(async () => {
  await admin.disconnect()
  await adapter.dispose()
})
