import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { expectOk } from './broker-contract.ts'
import type { KafkaClient } from './client.ts'
import { makeDeceivedClient, type PartitionAnswer } from './dying-client-fixture.ts'
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

const clientWith = (change: (answers: readonly PartitionAnswer[]) => void): KafkaClient => {
  const client = makeDeceivedClient(config, change)
  clients.push(client)
  return client
}
const makeTopic = async (
  numPartitions: number,
  settings: Record<string, string> = {},
): Promise<TopicName> => {
  const topic = `publisher-${Math.random().toString(36).slice(2, 8)}` as TopicName
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
  await makeTopics(admin, [{ topic, numPartitions, configEntries }])
  made.push(topic)
  return topic
}
const message = (topic: TopicName, partition: number, value: string) => ({
  topic,
  partition,
  key: null,
  value: Buffer.from(value),
  headers: [],
  timestampMs: null,
})
/** How many messages each partition holds. */
const countsOf = async (topic: TopicName): Promise<readonly number[]> =>
  (await admin.fetchTopicOffsets(topic))
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ high, low }) => Number(high) - Number(low))
const call = () => ({ signal: AbortSignal.timeout(20_000) })

describe('a message whose offset the broker does not tell', () => {
  it.each([
    ['because the batch is a duplicate', 46],
    ['though it took it', 0],
  ])('has none: %s', async (why, errorCode) => {
    const topic = await makeTopic(1)
    const publisher = makePublisher(
      clientWith((answers) => {
        for (const answer of answers) Object.assign(answer, { errorCode, baseOffset: -1n })
      }),
    )
    const sent = await publisher.send([message(topic, 0, why), message(topic, 0, why)], call())
    expect(expectOk(sent)).toEqual([
      { partition: 0, offset: null },
      { partition: 0, offset: null },
    ])
  })
})

describe('messages of several partitions', () => {
  it('go in one request; of those that were not taken as it seems only these are sent again, and none twice', async () => {
    const topic = await makeTopic(3)
    const requests: number[][] = []
    const timedOut = 7
    const publisher = makePublisher(
      clientWith((answers) => {
        requests.push(answers.map(({ index }) => index).toSorted())
        if (requests.length === 1)
          for (const answer of answers) if (answer.index === 1) answer.errorCode = timedOut
      }),
    )
    const messages = [0, 1, 2, 1].map((partition, index) => message(topic, partition, `m${index}`))
    const places = [
      { partition: 0, offset: 0n },
      { partition: 1, offset: 0n },
      { partition: 2, offset: 0n },
      { partition: 1, offset: 1n },
    ]
    expect(expectOk(await publisher.send(messages, call()))).toEqual(places)
    expect(requests).toEqual([[0, 1, 2], [1]])
    expect(await countsOf(topic)).toEqual([1, 2, 1])
    // The numbering of each partition goes on.
    expectOk(await publisher.send(messages, call()))
    expect(requests.at(-1)).toEqual([0, 1, 2])
    expect(await countsOf(topic)).toEqual([2, 4, 2])
  })

  it('of which the answer was lost are sent again under the same numbers, and none twice', async () => {
    const topic = await makeTopic(3)
    let lost = 0
    const publisher = makePublisher(
      clientWith(() => {
        if (lost++ === 0) throw new Error('Request timed out')
      }),
    )
    const messages = [0, 1, 2].map((partition) => message(topic, partition, 'once'))
    const placed = expectOk(await publisher.send(messages, call()))
    expect(placed.map(({ partition }) => partition)).toEqual([0, 1, 2])
    expect([lost, await countsOf(topic)]).toEqual([2, [1, 1, 1]])
  })

  it('of which one may have been written is not told as refused, whatever is said later', async () => {
    const topic = await makeTopic(1)
    let asked = 0
    const publisher = makePublisher(
      clientWith((answers) => {
        if (asked++ === 0) throw new Error('Request timed out')
        for (const answer of answers) answer.errorCode = 29
      }),
    )
    const sent = await publisher.send([message(topic, 0, 'perhaps')], call())
    expect(sent).toMatchObject({ ok: false, error: { kind: 'timeout' } })
    expect(await countsOf(topic)).toEqual([1])
  })

  it('end after the round in which one was refused: what comes after it in its partition is not written', async () => {
    const [topic, strict] = [await makeTopic(1), await makeTopic(1, { 'max.message.bytes': '2000' })]
    const publisher = makePublisher(clientWith(() => {}))
    const large = Array.from({ length: 4 }, (_, index) => message(topic, 0, `${index}`.padEnd(400_000, '.')))
    const sent = await publisher.send([...large, message(strict, 0, 'x'.repeat(5_000))], call())
    expect(sent).toMatchObject({ ok: false, error: { kind: 'invalid' } })
    expect([await countsOf(topic), await countsOf(strict)]).toEqual([[2], [0]])
  })

  it('go in several requests where they are large', async () => {
    const topic = await makeTopic(8)
    const requests: number[] = []
    const publisher = makePublisher(clientWith((answers) => requests.push(answers.length)))
    const messages = Array.from({ length: 8 }, (_, each) =>
      message(topic, each, `${each}`.padEnd(800_000, '.')),
    )
    expectOk(await publisher.send(messages, call()))
    expect(requests).toEqual([5, 3])
    expect(await countsOf(topic)).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
  })

  it('are told as refused where one is, keep what the others took, and the next are sent', async () => {
    const [topic, strict] = [await makeTopic(1), await makeTopic(1, { 'max.message.bytes': '2000' })]
    const publisher = makePublisher(clientWith(() => {}))
    const large = message(strict, 0, 'x'.repeat(5_000))
    const sent = await publisher.send([message(topic, 0, 'kept'), large], call())
    expect(sent).toMatchObject({ ok: false, error: { kind: 'invalid' } })
    expect([await countsOf(topic), await countsOf(strict)]).toEqual([[1], [0]])
    expectOk(await publisher.send([message(topic, 0, 'next'), message(strict, 0, 'small')], call()))
    expect([await countsOf(topic), await countsOf(strict)]).toEqual([[2], [1]])
  })

  it('of one partition that need several batches stand in their order', async () => {
    const topic = await makeTopic(2)
    const publisher = makePublisher(clientWith(() => {}))
    const messages = Array.from({ length: 9 }, (_, index) =>
      message(topic, index % 3 === 2 ? 1 : 0, `${index}`.padEnd(400_000, '.')),
    )
    const placed = expectOk(await publisher.send(messages, call()))
    const next = [0n, 0n]
    for (const [index, { partition, offset }] of placed.entries()) {
      expect(partition).toBe(index % 3 === 2 ? 1 : 0)
      expect(offset).toBe(next[partition])
      next[partition] = (next[partition] ?? 0n) + 1n
    }
    expect(await countsOf(topic)).toEqual([6, 3])
  })
})
