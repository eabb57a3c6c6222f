import type { TopicName } from '#server/contracts/scalars.ts'
import type { PlacesByTopic, ScanRest } from '#server/domain/scan-cursor.ts'
import type { BrokerError } from './broker-error.ts'
import type { Budget } from './call.ts'
import type { Isolation, MessageFilter, RawMessage } from './raw-message.ts'

/**
 * Why a scan ended: it has what was asked for; it read everything; its budget was spent; its caller gave up; or the
 * partitions in `errors` could not be read (to their end).
 */
export type ScanStop = 'enough' | 'end' | 'budget' | 'cancelled' | 'error'
/** Records behind the first open transaction of a partition: who reads committed does not see them yet. */
export type HeldBack = { readonly partition: number; readonly from: bigint; readonly to: bigint }
export type ScanOutcome<M = RawMessage> = {
  readonly messages: readonly M[]
  /** Records looked at, without those of aborted transactions. */
  readonly scannedMessages: bigint
  readonly scannedBytes: bigint
  /** Records that the filter accepted, also those beyond the limit; all where there is no filter. */
  readonly matches: bigint
  /** How many partitions the scan was for. */
  readonly partitions: number
  readonly stop: ScanStop
  readonly errors: readonly { readonly partition: number; readonly error: BrokerError }[]
  readonly heldBack: readonly HeldBack[]
  /** By partition: the next offset from which to go on. */
  readonly resumeAt: ReadonlyMap<number, bigint>
}

/**
 * By topic and partition: the next offset below which (newest first) or from which (oldest first) a scan goes on. What
 * is not named has nothing left.
 */
export type ScanPlaces = PlacesByTopic

/**
 * By timestamp, ties by topic, partition, then offset (`inOrderOf`). Newest first is exact whatever the order in
 * which timestamps were written. Oldest first takes each partition in the order of its log and merges them by timestamp:
 * no index of a broker tells whether an earlier timestamp stands further on.
 */
export type ScanOrder = 'newest' | 'oldest'

export type ScanRequest = {
  /** Partitions that are not named are all of the topic's. */
  readonly topics: readonly { readonly topic: TopicName; readonly partitions?: readonly number[] }[]
  readonly order: ScanOrder
  /** Both from the end of an earlier scan of the same request; `formatScanCursor` writes them as one text. */
  readonly goOnAt?: ScanPlaces
  readonly goOnWith?: ScanRest
  /** Nothing older is wanted (inclusive), nothing as new as `untilMs` or newer. */
  readonly sinceMs?: bigint
  readonly untilMs?: bigint
  /** Offsets of each partition that are wanted, both inclusive. */
  readonly offsets?: { readonly least: bigint | null; readonly most: bigint | null }
  readonly limit: number
  readonly filter?: MessageFilter
  readonly isolation?: Isolation
  readonly budget: Budget
}

/**
 * Offsets of one partition that a scan has looked at, from `from` (inclusive) to `to` (exclusive), and the records that
 * stood there.
 */
export type ScannedSpan = {
  readonly topic: TopicName
  readonly partition: number
  readonly from: bigint
  readonly to: bigint
  readonly messages: bigint
}

/** What a scan tells while it runs, at least every 250 ms. */
export type ScanStep = {
  /**
   * Accepted since the last step, in no order. Newest first, one found later may still push one of them beyond the limit:
   * who keeps the first `limit` of all that was found (`inOrderOf`) has what the scan has.
   */
  readonly found: readonly RawMessage[]
  /**
   * Every message that comes before this time in the order of the scan is final: nothing unread can stand among them.
   * Null: nothing is known to be final yet; oldest first that is so until the end, unless brokers set the timestamps.
   */
  readonly settledMs: bigint | null
  readonly scannedMessages: bigint
  readonly scannedBytes: bigint
  readonly matches: bigint
  /** What was looked at so far; left out where the partitions are many. */
  readonly spans?: readonly ScannedSpan[]
}

export type ScanEnd = {
  readonly stop: ScanStop
  /** What was looked at; a partition may be there twice, for parts that do not touch. */
  readonly spans: readonly ScannedSpan[]
  readonly scannedMessages: bigint
  readonly scannedBytes: bigint
  readonly matches: bigint
  readonly partitions: number
  /** All within these times was looked at, as far as the partitions could be read. Null: not known. */
  readonly coveredMs: { readonly from: bigint | null; readonly to: bigint | null }
  readonly settledMs: bigint | null
  readonly errors: readonly {
    readonly topic: TopicName
    readonly partition: number
    readonly error: BrokerError
  }[]
  readonly heldBack: readonly (HeldBack & { readonly topic: TopicName })[]
  /** Offsets that were wanted and are there no longer: retention or a deletion moved the start during the scan. */
  readonly lost: readonly {
    readonly topic: TopicName
    readonly partition: number
    readonly from: bigint
    readonly to: bigint
  }[]
  /** Where to go on; empty when nothing is left to read. */
  readonly goOnAt: ScanPlaces
  readonly goOnWith: ScanRest
}
