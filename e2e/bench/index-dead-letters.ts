import { makeKafkaAdapter } from '../../server/adapters/kafka/make-kafka-adapter.ts'
import { connectionConfig } from '../../server/config.ts'
import type { TopicName } from '../../server/contracts/scalars.ts'
import { openBench, outgoing, springHeaders } from '../../server/services/dead-letter-fixture.ts'
import { withBenchStack } from './bench-database.ts'
import { printResult, printSpread } from './print-result.ts'

const letters = 60_000
const partitions = 3
const rounds = 3
const atOnce = 5_000

const fill = async (bench: Awaited<ReturnType<typeof openBench>>, topic: TopicName): Promise<void> => {
  for (let from = 0; from < letters; from += atOnce)
    await bench.send(
      Array.from({ length: atOnce }, (_, index) =>
        outgoing(topic, {
          partition: (from + index) % partitions,
          key: `order-${from + index}`,
          headers: springHeaders({
            topic: 'orders',
            partition: index % partitions,
            offset: BigInt(from + index),
            group: 'payments',
            errorClass: `com.shop.Failure${index % 20}Exception`,
            message: `card of order ${from + index} refused`,
          }),
        }),
      ),
    )
}

/** The lower bound: the same records fetched and decoded by the same reader, with nothing done about them. */
const onlyRead = async (brokers: string, topic: TopicName): Promise<number> => {
  const adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'bench', name: 'Bench', brokers }))
  const startedAt = performance.now()
  let seen = 0
  for (let partition = 0; partition < partitions; partition++)
    for (let from = 0n, isOpen = true; isOpen; ) {
      const budget = { messages: 2_000, bytes: 16 * 1024 * 1024, milliseconds: 5_000 }
      const request = { topic, partition, from, limit: 2_000, budget }
      const read = await adapter.messages?.readForward(request, { signal: AbortSignal.timeout(60_000) })
      if (!read?.ok) throw new Error(read?.error.detail)
      seen += read.value.messages.length
      from = read.value.resumeAt.get(partition) ?? from
      isOpen = read.value.stop !== 'end'
    }
  const tookMs = performance.now() - startedAt
  await adapter.dispose()
  if (seen !== letters) throw new Error(`read ${seen} of ${letters}`)
  return (letters * 1_000) / tookMs
}

/** Indexes a dead-letter topic of Spring letters of 20 failures, beside only reading it. */
export const indexDeadLettersBench = (): Promise<void> =>
  withBenchStack(async ({ brokers, databaseUrl }) => {
    const ours: number[] = []
    const bound: number[] = []
    for (let round = 0; round < rounds; round++) {
      const bench = await openBench(brokers, databaseUrl)
      try {
        const topic = await bench.makeTopic(`bench-${bench.suffix}-dlt`, partitions)
        await fill(bench, topic)
        bound.push(await onlyRead(brokers, topic))
        const startedAt = performance.now()
        // Other dead-letter topics of the broker, if it has any, are indexed with it.
        const indexed = await bench.index()
        ours.push((indexed * 1_000) / (performance.now() - startedAt))
        if (indexed < letters) throw new Error(`indexed ${indexed} of ${letters}`)
      } finally {
        await bench.dispose()
      }
    }
    printSpread('spillway, indexed', ours, 'letters/s')
    printSpread('lower bound, only read', bound, 'letters/s')
    printResult('index-dead-letters', ours, bound, 'letters/s', {}, { moreIsBetter: true })
  })
