import type { Position, TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import type { HiddenText } from '#server/domain/match-message.ts'

/** A message as the broker holds it. Bytes are never re-encoded; 64-bit numbers are bigints. */
export type RawMessage = {
  readonly topic: TopicName
  readonly partition: number
  readonly offset: bigint
  readonly timestampMs: bigint
  readonly timestampType: 'create' | 'log-append'
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** In the order of the record, duplicates and null values included. */
  readonly headers: readonly RawHeader[]
  /** Written in a transaction: a committed one, unless it was read uncommitted, when it may be open or aborted. */
  readonly transactional?: true
  /** How that transaction ended, where it is known; `open` as far as the partition reached when it was read. */
  readonly transaction?: 'committed' | 'aborted' | 'open'
}

/**
 * A message as its record has it: `body` is the record from its key on (`openBody`), which a copy takes along byte by byte.
 * Of a million messages that are sent on, most of what they hold is never looked at.
 */
export type SealedMessage = Omit<RawMessage, 'key' | 'value' | 'headers'> & { readonly body: Buffer }

/**
 * `committed`: only records of committed transactions and of none, up to the first transaction that is still open, as
 * readers with `isolation.level=read_committed` see them. `uncommitted`: every record, those of open and aborted
 * transactions included, marked `transactional`.
 */
export type Isolation = 'committed' | 'uncommitted'

/** Which messages a scan wants. */
export type MessageFilter = {
  readonly accept: (message: RawMessage) => boolean
  /**
   * Every accepted message holds at least one of these somewhere in its bytes, unless `unlessHidden` is true of it: what
   * holds none is not even decoded.
   */
  readonly literals?: readonly Uint8Array[]
  readonly unlessHidden?: HiddenText
  /** What `accept` can not tell by itself, because it must be decoded first: asked for those that `accept` took. */
  readonly refine?: (messages: readonly RawMessage[]) => Promise<readonly RawMessage[]>
}

/** A position is opaque outside adapters, save for these two. */
export const formatPosition = (partition: number, offset: bigint): Position =>
  `${partition}@${offset}` as Position
/** Partition and offset of a position that `formatPosition` made; throws a SyntaxError where the offset is no number. */
export const parsePosition = (position: Position): { partition: number; offset: bigint } => {
  const [partition = '0', offset = '0'] = position.split('@')
  return { partition: Number(partition), offset: BigInt(offset) }
}
