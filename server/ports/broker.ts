import type { CapabilitySet } from '#server/contracts/capabilities.ts'
import type { GroupId, Position, TopicName } from '#server/contracts/scalars.ts'
import type { RawHeader } from '#server/domain/dead-letter.ts'
import type { Result } from '#server/domain/result.ts'
import type { PlacesByTopic, ScanRest } from '#server/domain/scan-cursor.ts'
import type { BrokerError } from './broker-error.ts'
import type { Budget, Call } from './call.ts'

export type Answer<T> = Promise<Result<T, BrokerError>>

/** A part of several that did not answer: "broker 2". */
export type MissingPart = { readonly part: string; readonly error: BrokerError }
/** An answer put together from several brokers. It stands without the parts in `degraded`; an error when none answered. */
export type PartialAnswer<T> = Promise<
  | { readonly ok: true; readonly value: T; readonly degraded: readonly MissingPart[] }
  | { readonly ok: false; readonly error: BrokerError }
>

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
 * `committed`: only records of committed transactions and of none, up to the first transaction that is still open, as
 * readers with `isolation.level=read_committed` see them. `uncommitted`: every record, those of open and aborted
 * transactions included, marked `transactional`.
 */
export type Isolation = 'committed' | 'uncommitted'

/** Which messages a scan wants. */
export type MessageFilter = {
  readonly accept: (message: RawMessage) => boolean
  /** Every accepted message holds at least one of these somewhere in its bytes: what holds none is not even decoded. */
  readonly literals?: readonly Uint8Array[]
  /** What `accept` can not tell by itself, because it must be decoded first: asked for those that `accept` took. */
  readonly refine?: (messages: readonly RawMessage[]) => Promise<readonly RawMessage[]>
}

export type PartitionState = {
  readonly partition: number
  /** Broker id, or null while the partition is offline. */
  readonly leader: number | null
  readonly replicas: readonly number[]
  readonly inSync: readonly number[]
}
export type TopicState = {
  readonly name: TopicName
  readonly topicId: string | null
  readonly internal: boolean
  readonly partitions: readonly PartitionState[]
}
export type PartitionOffsets = { readonly partition: number; readonly start: bigint; readonly end: bigint }
export type TopicOffsets = {
  readonly topic: TopicName
  readonly partitions: readonly PartitionOffsets[]
  /** Partitions that did not answer. */
  readonly failed: readonly { readonly partition: number; readonly error: BrokerError }[]
}
/** What the user of a connection may do with a topic. `create`: make topics of this name. */
export type TopicRights = {
  readonly internal: boolean
  readonly read: boolean
  readonly write: boolean
  readonly create: boolean
  readonly delete: boolean
  /** Add partitions. */
  readonly alter: boolean
  readonly alterSettings: boolean
}
export type TopicSetting = {
  readonly name: string
  readonly value: string | null
  readonly isDefault: boolean
}
/** Where a value in force comes from: the topic itself, the brokers while they run, their files, or Kafka. */
export type SettingSource = 'topic' | 'broker-dynamic' | 'broker-static' | 'default' | 'unknown'
/** A setting of one topic with what it would be without the topic's own value; null where that is not told. */
export type SettingOrigin = TopicSetting & {
  readonly source: SettingSource
  readonly defaultValue: string | null
  readonly isReadOnly: boolean
}
/** One replica of a partition on the disk of a broker. */
export type ReplicaSize = {
  readonly partition: number
  readonly broker: number
  readonly bytes: bigint
  /** Being built in another log directory, and not in use yet. */
  readonly isFuture: boolean
}
/** Timestamp of the newest record by partition; null where there is none. Partitions that did not answer are left out. */
export type LastTimes = ReadonlyMap<number, bigint | null>

/** The only mandatory facet: what topics there are and how far they reach. */
export type Topics = {
  /**
   * All topics, at most 5 s old, or as old as `maxAgeMs` allows; 0 asks the broker now. An error is never answered with
   * what was known before.
   */
  list(call: Call & { readonly maxAgeMs?: number }): Answer<readonly TopicState[]>
  /** `not-found` when the topic does not exist. */
  find(topic: TopicName, call: Call): Answer<TopicState>
  /** Start and end offsets of all partitions, one request per leader. */
  offsets(topics: readonly TopicState[], call: Call): Answer<readonly TopicOffsets[]>
  /** Settings in force by topic; all, or those named in `only`. */
  settings(
    topics: readonly TopicName[],
    call: Call & { readonly only?: readonly string[] },
  ): Answer<ReadonlyMap<TopicName, readonly TopicSetting[]>>
  /** All settings of one topic with where their values come from. */
  describeSettings(topic: TopicName, call: Call): Answer<readonly SettingOrigin[]>
  /** When the newest record of each partition says that it was made, one request per leader. */
  lastTimes(topics: readonly TopicState[], call: Call): Answer<ReadonlyMap<TopicName, LastTimes>>
  /**
   * What this user may do with topics, those given or all, now. A topic that it may not even see is left out; where the
   * broker does not tell, everything counts as allowed.
   */
  rights(topics: readonly TopicName[] | null, call: Call): Answer<ReadonlyMap<TopicName, TopicRights>>
  /** Bytes on disk by topic, leaders' replicas only, or `unsupported` or `denied`. */
  sizes(call: Call): PartialAnswer<ReadonlyMap<TopicName, bigint>>
  /** Bytes on disk of every replica of one topic. */
  replicaSizes(topic: TopicState, call: Call): PartialAnswer<readonly ReplicaSize[]>
}

export type NewTopic = {
  readonly name: TopicName
  readonly partitions: number
  readonly replicationFactor: number
  readonly settings: ReadonlyMap<string, string>
}
/** `validateOnly`: the broker checks the whole request, its policies included, and changes nothing. */
export type ChangeCall = Call & { readonly validateOnly?: boolean }

/**
 * Changes of topics. Each answers once the broker has taken the change; other brokers follow a moment later. What the
 * broker refuses is an error with its own words, and with `field` where it is about one input.
 */
export type TopicAdmin = {
  create(topic: NewTopic, call: ChangeCall): Answer<null>
  /** Deletes the topic of this id, not one that was made anew under the name; by name where a broker gives no ids. */
  delete(topic: { readonly name: TopicName; readonly topicId: string | null }, call: Call): Answer<null>
  /** Sets what is given and leaves the other settings alone; null takes the topic's own value away. */
  changeSettings(
    topic: TopicName,
    changes: ReadonlyMap<string, string | null>,
    call: ChangeCall,
  ): Answer<null>
  /** Partitions that there are to be in all. */
  addPartitions(topic: TopicName, total: number, call: ChangeCall): Answer<null>
}

/**
 * Why a scan ended: it has what was asked for; it read everything; its budget was spent; its caller gave up; or the
 * partitions in `errors` could not be read (to their end).
 */
export type ScanStop = 'enough' | 'end' | 'budget' | 'cancelled' | 'error'
/** Records behind the first open transaction of a partition: who reads committed does not see them yet. */
export type HeldBack = { readonly partition: number; readonly from: bigint; readonly to: bigint }
export type ScanOutcome = {
  readonly messages: readonly RawMessage[]
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
}

export type ScanEnd = {
  readonly stop: ScanStop
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
  /** Messages of one partition from an offset on, oldest first, at most `limit`. Fewer at the end of the partition. */
  readForward(
    request: {
      topic: TopicName
      partition: number
      from: bigint
      limit: number
      isolation?: Isolation
      budget: Budget
    },
    call: Call,
  ): Answer<ScanOutcome>
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

export type GroupMember = {
  readonly memberId: string
  readonly clientId: string
  readonly host: string
  readonly assignment: readonly { readonly topic: TopicName; readonly partitions: readonly number[] }[]
}
export type GroupDescription = {
  readonly group: GroupId
  readonly state: 'stable' | 'rebalancing' | 'empty' | 'dead' | 'unknown'
  /** `classic`, `consumer` (KIP-848), `share`. */
  readonly protocol: string
  readonly members: readonly GroupMember[]
}
export type CommittedOffset = {
  readonly topic: TopicName
  readonly partition: number
  readonly offset: bigint
}
export type ConsumerGroups = {
  list(
    call: Call,
  ): PartialAnswer<readonly { readonly group: GroupId; readonly protocol: string; readonly state: string }[]>
  /** Groups that could not be described are left out of the map. */
  describe(groups: readonly GroupId[], call: Call): PartialAnswer<ReadonlyMap<GroupId, GroupDescription>>
  /** Committed offsets, without partitions that have none. Groups that could not be asked are left out. */
  committed(
    groups: readonly GroupId[],
    call: Call,
  ): PartialAnswer<ReadonlyMap<GroupId, readonly CommittedOffset[]>>
}

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
export type Publisher = {
  /** The partition to which a message of this key goes when none is named. */
  partitionOf(topic: TopicName, key: Uint8Array, call: Call): Answer<number>
  /**
   * Sends a batch with an idempotent producer and acks=all. Answers positions in the order of the batch; the offset is
   * null where the broker has the message but did not tell where.
   * Bytes, header order, duplicates and null values are kept.
   */
  send(
    messages: readonly OutgoingMessage[],
    call: Call,
  ): Answer<readonly { readonly partition: number; readonly offset: bigint | null }[]>
}

export type BrokerInfo = {
  readonly clusterId: string
  readonly version: string | null
  readonly brokers: number
}

export type BrokerAdapter = {
  readonly kind: 'kafka'
  describe(call: Call): Answer<BrokerInfo>
  /** What this cluster allows this user now. Never fails: what could not be asked is `unavailable` with the reason. */
  capabilities(call: Call): Promise<CapabilitySet>
  readonly topics: Topics
  readonly topicAdmin?: TopicAdmin
  readonly messages?: MessageReader
  readonly groups?: ConsumerGroups
  readonly publisher?: Publisher
  dispose(): Promise<void>
}

/** A position is opaque outside adapters, save for these two. */
export const formatPosition = (partition: number, offset: bigint): Position =>
  `${partition}@${offset}` as Position
export const parsePosition = (position: Position): { partition: number; offset: bigint } => {
  const [partition = '0', offset = '0'] = position.split('@')
  return { partition: Number(partition), offset: BigInt(offset) }
}
