import type { TopicName } from '#server/contracts/scalars.ts'
import type { Result } from '#server/domain/result.ts'
import type { Answer } from './answer.ts'
import type { BrokerError } from './broker-error.ts'
import type { Budget, Call } from './call.ts'
import type { FollowRequest, FollowStep } from './follow.ts'
import type { Isolation, RawMessage, SealedMessage } from './raw-message.ts'
import type { ScanEnd, ScanOutcome, ScanRequest, ScanStep } from './scan.ts'
import type { TopicState } from './topics.ts'

/**
 * Where edges of time stand in one partition: of each edge the offset of the first message of that time or later, or the
 * end. They never fall, but the messages between two of them are those of the time between only where timestamps rise.
 */
export type PartitionTimes = {
  readonly topic: TopicName
  readonly partition: number
  readonly start: bigint
  /** The last stable offset. */
  readonly end: bigint
  readonly offsets: readonly bigint[]
}
export type TopicTimes = {
  readonly partitions: readonly PartitionTimes[]
  readonly failed: readonly {
    readonly topic: TopicName
    readonly partition: number
    readonly error: BrokerError
  }[]
}

/** A stretch of one partition. */
export type ForwardRequest = {
  readonly topic: TopicName
  readonly partition: number
  readonly from: bigint
  readonly until?: bigint | null
  readonly limit: number
  readonly isolation?: Isolation
  readonly budget: Budget
}

/** Bounded reads from positions, without a consumer group. */
export type MessageReader = {
  /**
   * Reads topics in the order of time, step by step, until the first `limit` accepted messages in that order are found
   * and final, everything is read, or the budget is spent. Ends with what was scanned and where to go on. The reading
   * pauses while no step is asked for, and stops within 100 ms of the signal.
   */
  scan(request: ScanRequest, call: Call): AsyncGenerator<ScanStep, Result<ScanEnd, BrokerError>, void>
  /**
   * Follows topics from their end on: a first step as soon as all stands at its place, then one every 250 ms while steps
   * are asked for. New partitions are taken in, moved ones looked for; what does not answer is told and tried again. Fails
   * when nothing can be followed or every topic is gone; ends with the signal.
   */
  follow(request: FollowRequest, call: Call): AsyncGenerator<FollowStep, Result<null, BrokerError>, void>
  /**
   * Messages of one partition from an offset on, oldest first, at most `limit`, and none from `until` on where that is
   * told. Fewer at the end of the partition.
   */
  readForward(request: ForwardRequest, call: Call): Answer<ScanOutcome>
  /** The same, as they stand in their records. */
  readSealed(request: ForwardRequest, call: Call): Answer<ScanOutcome<SealedMessage>>
  /**
   * One record, or `not-found` with the reason: deleted by retention, compacted away, a transaction marker, of an aborted
   * transaction, behind an open one, not yet written.
   */
  readAt(topic: TopicName, partition: number, offset: bigint, call: Call): Answer<RawMessage>
  /** Offsets of the first message at or after a time, by partition; null when there is none. */
  offsetsAt(topic: TopicName, timestampMs: bigint, call: Call): Answer<ReadonlyMap<number, bigint | null>>
  /** The offsets of rising edges of time in all partitions of topics, from the broker's index by time, in few rounds. */
  offsetsByTime(topics: readonly TopicState[], edgesMs: readonly bigint[], call: Call): Answer<TopicTimes>
  /** Times of the oldest message by place, and of the newest by time; null where there is none. Unanswered ones are left out. */
  timeSpan(
    topics: readonly TopicState[],
    call: Call,
  ): Answer<{ readonly firstMs: bigint | null; readonly newestMs: bigint | null }>
}
