import type { TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'

type Destination = {
  readonly topic: TopicName
  /** Null lets the partitioner choose by key as the Java client does (murmur2). */
  readonly partition: number | null
  /** Null: the broker's time of arrival. */
  readonly timestampMs: bigint | null
}
export type OutgoingMessage = Destination & {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RawHeader[]
}
/** A message whose record is written from its key on (`sealBody`). */
export type SealedOutgoing = Destination & { readonly body: Buffer }
/** Where a message stands; the offset is null where the broker has it but did not tell where. */
export type Placed = { readonly partition: number; readonly offset: bigint | null }
export type Publisher = {
  /** The partition to which a message of this key goes when none is named. */
  partitionOf(topic: TopicName, key: Uint8Array, call: Call): Answer<number>
  /**
   * Sends a batch with an idempotent producer and acks=all. Answers positions in the order of the batch. Bytes, header
   * order, duplicates and null values are kept. After an error some of them may have been written: only the lineage of
   * copies tells which.
   */
  send(messages: readonly (OutgoingMessage | SealedOutgoing)[], call: Call): Answer<readonly Placed[]>
}
