import { Kafka, logLevel } from 'kafkajs'
import { makeKafkaAdapter } from '../../server/adapters/kafka/make-kafka-adapter.ts'
import { connectionConfig } from '../../server/config.ts'
import type { TopicName } from '../../server/contracts/scalars.ts'
import { makeKeyMatcher } from '../../server/domain/match-key.ts'
import type { MessageReader } from '../../server/ports/broker.ts'
import { scanBudget } from '../../server/ports/call.ts'
import { collectScan } from '../../server/services/collect-scan.ts'

export type Search = {
  readonly brokers: string
  readonly topic: string
  readonly key: string
  readonly limit: number
  readonly records: number
}
export type Found = { readonly ms: number; readonly peakMegabytes: number }
/** What stands before the line that a contender prints. */
export const searched = 'searched '

const expectFound = (found: number, limit: number): void => {
  if (found !== limit) throw new Error(`found ${found} of ${limit}`)
}
const residentMegabytes = (): number => process.memoryUsage.rss() / 1024 / 1024

const searchOurs = async ({ brokers, topic, key, limit }: Search): Promise<Found> => {
  const adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'bench', name: 'Bench', brokers }))
  const call = { signal: AbortSignal.timeout(120_000) }
  await adapter.topics.find(topic as TopicName, call)
  const idle = residentMegabytes()
  const { matches, literals } = makeKeyMatcher(key)
  const startedAt = performance.now()
  const read = await collectScan(
    adapter.messages as MessageReader,
    {
      topics: [{ topic: topic as TopicName }],
      order: 'newest',
      limit,
      filter: { accept: (message) => matches(message.key), literals },
      budget: scanBudget,
    },
    call,
  )
  const ms = performance.now() - startedAt
  if (!read.ok) throw new Error(read.error.detail)
  expectFound(read.value.messages.length, limit)
  await adapter.dispose()
  return { ms, peakMegabytes: process.resourceUsage().maxRSS / 1024 - idle }
}

const searchPeer = async ({ brokers, topic, key, limit, records }: Search): Promise<Found> => {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `bench-${process.pid}` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const idle = residentMegabytes()
  const wanted = Buffer.from(key)
  let found: unknown[] = []
  let seen = 0
  let startedAt = 0
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachBatch: async ({ batch }) => {
        // From the first batch on: joining the group is not searching.
        if (startedAt === 0) startedAt = performance.now()
        for (const message of batch.messages) if (message.key?.equals(wanted)) found.push(message)
        found = found.slice(-limit)
        seen += batch.messages.length
        if (seen >= records) resolve()
      },
    })
  })
  const ms = performance.now() - startedAt
  expectFound(found.length, limit)
  await consumer.disconnect()
  return { ms, peakMegabytes: process.resourceUsage().maxRSS / 1024 - idle }
}

const [, program = '', contender, input = ''] = process.argv
if (program === import.meta.filename) {
  const search = JSON.parse(input) as Search
  const found = await (contender === 'ours' ? searchOurs : searchPeer)(search)
  console.log(searched + JSON.stringify(found))
  process.exit()
}
