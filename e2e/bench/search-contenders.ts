import { spawn } from 'node:child_process'
import { Kafka, logLevel } from 'kafkajs'
import { makeKafkaAdapter } from '../../server/adapters/kafka/make-kafka-adapter.ts'
import { connectionConfig } from '../../server/config.ts'
import type { TopicName } from '../../server/contracts/scalars.ts'
import type { MessageReader } from '../../server/ports/message-reader.ts'

export type Search = {
  readonly brokers: string
  readonly topic: string
  /** What the values that fit hold, and no others. */
  readonly text: string
  /** How many of the newest are wanted; all are counted where it is null. */
  readonly limit: number | null
  readonly records: number
  readonly matches: number
}
export type Found = {
  readonly ms: number
  readonly firstMs: number
  readonly peakMegabytes: number
}
/** What stands before the line that a contender prints. */
export const searched = 'searched '

const most = 1_000_000
const expectFound = (found: number, expected: number): void => {
  if (found !== expected) throw new Error(`found ${found} of ${expected}`)
}
const residentMegabytes = (): number => process.memoryUsage.rss() / 1024 / 1024

const searchOurs = async ({ brokers, topic, text, limit, matches }: Search): Promise<Found> => {
  const adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'bench', name: 'Bench', brokers }))
  const call = { signal: AbortSignal.timeout(120_000) }
  await adapter.topics.find(topic as TopicName, call)
  const idle = residentMegabytes()
  const literal = Buffer.from(text)
  const startedAt = performance.now()
  let firstMs: number | null = null
  const found = new Set<string>()
  const steps = (adapter.messages as MessageReader).scan(
    {
      topics: [{ topic: topic as TopicName }],
      order: 'newest',
      limit: limit ?? most,
      filter: {
        accept: ({ value }) =>
          value !== null && Buffer.from(value.buffer, value.byteOffset, value.length).includes(literal),
        literals: [literal],
      },
      budget: { messages: 1e9, bytes: 1e12, milliseconds: 120_000 },
    },
    call,
  )
  for await (const step of steps) {
    if (step.found.length > 0) firstMs ??= performance.now() - startedAt
    for (const { partition, offset } of step.found) found.add(`${partition}@${offset}`)
  }
  const ms = performance.now() - startedAt
  if (limit === null) expectFound(found.size, matches)
  else if (found.size < limit) expectFound(found.size, limit)
  await adapter.dispose()
  return { ms, firstMs: firstMs ?? ms, peakMegabytes: process.resourceUsage().maxRSS / 1024 - idle }
}

/** The whole topic through `kcat | grep`, as an operator has it: with the start of the programs. */
const searchByKcat = ({ brokers, topic, text, matches }: Search): Promise<Found> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const command = `kcat -C -b ${brokers} -t ${topic} -e -q -f '%s\\n' | grep -c ${text}`
    const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (piece) => {
      output += piece
    })
    child.on('error', reject)
    child.on('close', () => {
      const ms = performance.now() - startedAt
      expectFound(Number(output), matches)
      resolve({ ms, firstMs: ms, peakMegabytes: 0 })
    })
  })

const searchByKafkajs = async ({ brokers, topic, text, records, matches }: Search): Promise<Found> => {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `bench-${process.pid}` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const idle = residentMegabytes()
  let found = 0
  let seen = 0
  let startedAt = 0
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachBatch: async ({ batch }) => {
        // From the first batch on: joining the group is not searching.
        if (startedAt === 0) startedAt = performance.now()
        for (const { value } of batch.messages) if (value?.includes(text)) found += 1
        seen += batch.messages.length
        if (seen >= records) resolve()
      },
    })
  })
  const ms = performance.now() - startedAt
  expectFound(found, matches)
  await consumer.disconnect()
  return { ms, firstMs: ms, peakMegabytes: process.resourceUsage().maxRSS / 1024 - idle }
}

const contenders = { ours: searchOurs, kcat: searchByKcat, kafkajs: searchByKafkajs }
export type Contender = keyof typeof contenders

const [, program = '', contender, input = ''] = process.argv
if (program === import.meta.filename) {
  const found = await contenders[contender as Contender](JSON.parse(input) as Search)
  console.log(searched + JSON.stringify(found))
  process.exit()
}
