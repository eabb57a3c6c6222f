import type { TopicName } from '#server/contracts/scalars.ts'
import type { Answer } from '#server/ports/answer.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Isolation } from '#server/ports/raw-message.ts'
import type { HeldBack } from '#server/ports/scan.ts'
import type { TopicState } from '#server/ports/topics.ts'
import { answering } from './answering.ts'
import type { KafkaClient } from './client.ts'
import { earliest, latest, listOffsets, type OffsetAnswer, placeOf } from './offsets.ts'

/** How far a partition can be read: `end` is the last stable offset for who reads committed. */
export type Bounds = {
  readonly topic: TopicName
  readonly topicId: string | null
  readonly partition: number
  readonly leader: number
  readonly start: bigint
  readonly end: bigint
  readonly highWatermark: bigint
  /** Up to here every transaction is decided. */
  readonly stable: bigint
  /** The first message of `untilMs` or later; the end when there is none. */
  readonly untilAt: bigint
}
export type BoundsOfAll = {
  readonly partitions: readonly Bounds[]
  readonly failed: readonly {
    readonly topic: TopicName
    readonly partition: number
    readonly error: BrokerError
  }[]
}
type Times = { readonly sinceMs?: bigint | undefined; readonly untilMs?: bigint | undefined }

/**
 * Asks start and ends of the topics' partitions, one request a leader for each; those that do not answer are told apart.
 * With `sinceMs` a partition starts at its first message of that time or later: before it all are older (ListOffsets,
 * KIP-79), whatever their order.
 */
export const readBounds = (
  client: KafkaClient,
  states: readonly TopicState[],
  isolation: Isolation,
  signal: AbortSignal,
  { sinceMs, untilMs }: Times = {},
): Answer<BoundsOfAll> =>
  answering(states.length === 1 ? `topic ${states[0]?.name}` : `${states.length} topics`, async () => {
    const questions = states.flatMap(({ name, partitions }) =>
      partitions.map(({ partition, leader }) => ({ topic: name, partition, leader: leader ?? -1 })),
    )
    // In this order, and a connection's requests are answered in order: an end that is stable and asked for later lies
    // before the high watermark only where a transaction is open.
    const [starts, watermarks, stables, untils] = await Promise.all([
      listOffsets(client, questions, sinceMs ?? earliest, signal),
      listOffsets(client, questions, latest, signal),
      listOffsets(client, questions, latest, signal, 'committed'),
      untilMs === undefined ? null : listOffsets(client, questions, untilMs, signal),
    ])
    const byPlace = (answers: readonly OffsetAnswer[]) => new Map(answers.map((one) => [placeOf(one), one]))
    const [startOf, stableOf, untilOf] = [byPlace(starts), byPlace(stables), byPlace(untils ?? [])]
    const idOf = new Map(states.map(({ name, topicId }) => [name, topicId]))
    const known: Bounds[] = []
    const failed: BoundsOfAll['failed'][number][] = []
    for (const watermark of watermarks) {
      const { partition, leader, offset: highWatermark, error } = watermark
      const topic = watermark.topic as TopicName
      const [start, stable] = [startOf.get(placeOf(watermark)), stableOf.get(placeOf(watermark))]
      const until = untilOf.get(placeOf(watermark))
      const problem = error ?? start?.error ?? stable?.error ?? until?.error
      if (problem || !start || !stable) {
        if (problem) failed.push({ topic, partition, error: problem })
        continue
      }
      const most = highWatermark > stable.offset ? highWatermark : stable.offset
      const end = isolation === 'committed' ? stable.offset : highWatermark
      // No message of that time or later: nothing to read.
      const isBeyond = start.offset < 0n || start.offset > end
      const hasUntil = until && until.offset >= 0n && until.offset < end
      known.push({
        topic,
        topicId: idOf.get(topic) ?? null,
        partition,
        leader,
        start: isBeyond ? end : start.offset,
        end,
        highWatermark: most,
        stable: stable.offset,
        untilAt: hasUntil ? until.offset : end,
      })
    }
    return { partitions: known, failed }
  })

/** The partitions whose last records stand behind an open transaction; for who reads committed. */
export const heldBackOf = (
  bounds: readonly Bounds[],
  isolation: Isolation,
): readonly (HeldBack & { readonly topic: TopicName })[] =>
  isolation === 'uncommitted'
    ? []
    : bounds.flatMap(({ topic, partition, end, highWatermark }) =>
        end < highWatermark ? [{ topic, partition, from: end, to: highWatermark }] : [],
      )
