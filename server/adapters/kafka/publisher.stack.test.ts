import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import type { BrokerApi } from './broker-apis.ts'
import { expectOk } from './broker-contract.ts'
import { KafkaClient } from './client.ts'
import { makePublisher } from './publisher.ts'

const config = connectionConfig.parse({ id: 'test', name: 'Test', brokers: inject('brokers') })
const admin = new Kafka({ brokers: config.brokers.split(','), logLevel: logLevel.NOTHING }).admin()
const made: TopicName[] = []
const clients: KafkaClient[] = []

beforeAll(() => admin.connect())
afterAll(async () => {
  await admin.deleteTopics({ topics: made })
  await admin.disconnect()
  await Promise.all(clients.map((client) => client.dispose()))
})

type Produced = { responses?: { partitionResponses?: { errorCode: number; baseOffset: bigint }[] }[] }

/** A client whose broker has what is sent, but answers with this code and no offset. */
const clientWithout = (errorCode: number): KafkaClient => {
  const client = new (class extends KafkaClient {
    override async ask<A extends unknown[], R>(
      brokerId: number | null,
      signal: AbortSignal,
      api: BrokerApi<A, R>,
      ...args: A
    ): Promise<R> {
      const answer = await super.ask(brokerId, signal, api, ...args)
      for (const { partitionResponses = [] } of (answer as Produced).responses ?? [])
        for (const one of partitionResponses) Object.assign(one, { errorCode, baseOffset: -1n })
      return answer
    }
  })(config)
  clients.push(client)
  return client
}

describe('a message whose offset the broker does not tell', () => {
  it.each([
    ['because the batch is a duplicate', 46],
    ['though it took it', 0],
  ])('has none: %s', async (why, errorCode) => {
    const topic = `publisher-${Math.random().toString(36).slice(2, 8)}-${errorCode}` as TopicName
    await makeTopics(admin, [{ topic, numPartitions: 1 }])
    made.push(topic)
    const value = Buffer.from(why)
    const message = { topic, partition: 0, key: null, value, headers: [], timestampMs: null }
    const publisher = makePublisher(clientWithout(errorCode))
    const sent = await publisher.send([message, message], { signal: AbortSignal.timeout(20_000) })
    expect(expectOk(sent)).toEqual([
      { partition: 0, offset: null },
      { partition: 0, offset: null },
    ])
  })
})
