import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { makeKafkaAdapter } from '../../server/adapters/kafka/make-kafka-adapter.ts'
import { connectionConfig } from '../../server/config.ts'
import type { TopicName } from '../../server/contracts/scalars.ts'
import { startStack } from '../../server/sandbox/stack/start-stack.ts'
import { fillTopic } from './fill-topic.ts'
import { printResult, printSpread } from './print-result.ts'

const records = 300_000
const recordBytes = 450
const partitions = 3
const rounds = 3
const topic = 'bench-read' as TopicName
const budget = { messages: records * 2, bytes: 1e9, milliseconds: 120_000 }

const readOurs = async (brokers: string): Promise<number> => {
  const adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'bench', name: 'Bench', brokers }))
  const startedAt = performance.now()
  let seen = 0
  await Promise.all(
    Array.from({ length: partitions }, async (_, partition) => {
      for (let from = 0n; ; ) {
        const read = await adapter.messages?.readForward(
          { topic, partition, from, limit: 50_000, budget },
          { signal: AbortSignal.timeout(120_000) },
        )
        if (!read?.ok) throw new Error(read?.error.detail)
        seen += read.value.messages.length
        from = read.value.resumeAt.get(partition) ?? from
        if (read.value.stop === 'end') break
      }
    }),
  )
  const ms = performance.now() - startedAt
  await adapter.dispose()
  if (seen !== records) throw new Error(`read ${seen} of ${records}`)
  return ms
}

const readPeer = async (brokers: string, round: number): Promise<number> => {
  const consumer = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).consumer({
    groupId: `bench-${round}`,
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  let seen = 0
  let startedAt = 0
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachBatch: async ({ batch }) => {
        // From the first batch on: joining the group is not reading.
        if (startedAt === 0) startedAt = performance.now()
        seen += batch.messages.length
        if (seen >= records) resolve()
      },
    })
  })
  const ms = performance.now() - startedAt
  await consumer.disconnect()
  return ms
}

/** Reads and decodes a whole topic: our reader beside a kafkajs consumer. */
export const readTopicBench = async (): Promise<void> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-bench-'))
  const stack = await startStack({ dataDir, parts: ['kafka'] })
  try {
    await fillTopic(stack.brokers, { topic, partitions, records, valueBytes: recordBytes })
    const ours: number[] = []
    const peer: number[] = []
    for (let round = 0; round < rounds; round++) {
      ours.push(await readOurs(stack.brokers))
      peer.push(await readPeer(stack.brokers, round))
    }
    printSpread('spillway', ours, 'ms')
    printSpread('kafkajs', peer, 'ms')
    printResult('read-topic', ours, peer, 'ms')
  } finally {
    await stack.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
