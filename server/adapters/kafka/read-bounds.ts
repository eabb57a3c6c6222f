import type { Answer, HeldBack, Isolation, TopicState } from '#server/ports/broker.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import { answering } from './answering.ts'
import type { KafkaClient } from './client.ts'
import { earliest, latest, listOffsets } from './offsets.ts'

/** How far a partition can be read: `end` is the last stable offset for who reads committed. */
export type Bounds = {
  readonly partition: number
  readonly start: bigint
  readonly end: bigint
  readonly highWatermark: bigint
}
type TopicBounds = {
  readonly partitions: readonly Bounds[]
  readonly failed: readonly { readonly partition: number; readonly error: BrokerError }[]
}

/**
 * Asks start and ends of a topic's partitions; those that do not answer are told apart. With `sinceMs` a partition starts
 * at its first message of that time or later: before it all are older (ListOffsets, KIP-79), whatever their order.
 */
export const readBounds = (
  client: KafkaClient,
  { name, partitions }: TopicState,
  isolation: Isolation,
  signal: AbortSignal,
  sinceMs: bigint | null = null,
): Answer<TopicBounds> =>
  answering(`topic ${name}`, async () => {
    const questions = partitions.map(({ partition, leader }) => ({
      topic: name,
      partition,
      leader: leader ?? -1,
    }))
    // In this order, and a connection's requests are answered in order: an end that is stable and asked for later lies
    // before the high watermark only where a transaction is open.
    const [starts, watermarks, stable] = await Promise.all([
      listOffsets(client, questions, sinceMs ?? earliest, signal),
      listOffsets(client, questions, latest, signal),
      isolation === 'committed' ? listOffsets(client, questions, latest, signal, 'committed') : null,
    ])
    const byPartition = (answers: typeof starts) => new Map(answers.map((one) => [one.partition, one]))
    const [startOf, stableOf] = [byPartition(starts), byPartition(stable ?? watermarks)]
    const known: Bounds[] = []
    const failed: TopicBounds['failed'][number][] = []
    for (const { partition, offset: highWatermark, error } of watermarks) {
      const start = startOf.get(partition)
      const end = stableOf.get(partition)
      const problem = error ?? start?.error ?? end?.error
      if (problem || !start || !end) {
        if (problem) failed.push({ partition, error: problem })
        continue
      }
      const most = highWatermark > end.offset ? highWatermark : end.offset
      // No message of that time or later: nothing to read.
      const isBeyond = start.offset < 0n || start.offset > end.offset
      known.push({
        partition,
        start: isBeyond ? end.offset : start.offset,
        end: end.offset,
        highWatermark: most,
      })
    }
    return { partitions: known, failed }
  })

/** The partitions whose last records stand behind an open transaction. */
export const heldBackOf = (bounds: readonly Bounds[]): readonly HeldBack[] =>
  bounds.flatMap(({ partition, end, highWatermark }) =>
    end < highWatermark ? [{ partition, from: end, to: highWatermark }] : [],
  )
