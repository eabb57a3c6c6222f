import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'

export type OutgoingMessage = {
  readonly topic: TopicName
  /** Null lets the partitioner choose by key as the Java client does (murmur2). */
  readonly partition: number | null
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RawHeader[]
  /** Null: the broker's time of arrival. */
  readonly timestampMs: bigint | null
}
/** Where a message stands; the offset is null where the broker has it but did not tell where. */
export type Placed = { readonly partition: number; readonly offset: bigint | null }
export type Publisher = {
  /** The partition to which a message of this key goes when none is named. */
  partitionOf(topic: TopicName, key: Uint8Array, call: Call): Answer<number>
  /**
   * Sends a batch with an idempotent producer and acks=all. Answers positions in the order of the batch. Bytes, header
   * order, duplicates and null values are kept.
   */
  send(messages: readonly OutgoingMessage[], call: Call): Answer<readonly Placed[]>
}
