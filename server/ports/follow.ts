import type { TopicName } from '#server/contracts/scalars.ts'
import type { BrokerError } from './broker-error.ts'
import type { Isolation, MessageFilter, RawMessage } from './raw-message.ts'
import type { ScanPlaces } from './scan.ts'

export type FollowRequest = {
  readonly topics: readonly TopicName[]
  readonly filter?: MessageFilter
  readonly isolation?: Isolation
  /**
   * From an earlier following. A topic that is not named begins at its end; a partition that is not named, of a topic that
   * is, has come since and begins at its start.
   */
  readonly from?: ScanPlaces
  /** Of what is accepted between two steps, the newest so many are kept. */
  readonly limit: number
}

/** What came since the step before. */
export type FollowStep = {
  /** Oldest first by timestamp, at most `limit`. */
  readonly found: readonly RawMessage[]
  /** Accepted, also those that were not kept. */
  readonly matches: bigint
  readonly scannedMessages: bigint
  /** Offsets that were jumped over unread: the reading was too far behind, or retention was faster. */
  readonly skipped: bigint
  /** How many messages are not read yet. */
  readonly behind: bigint
  readonly partitions: number
  readonly goOnAt: ScanPlaces
  /** What does not answer at present, and since when; it is asked again and again. */
  readonly troubles: readonly { readonly error: BrokerError; readonly sinceMs: number }[]
}
