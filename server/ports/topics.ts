import type { TopicName } from '#server/contracts/scalars.ts'
import type { Answer, PartialAnswer } from './answer.ts'
import type { BrokerError } from './broker-error.ts'
import type { Call } from './call.ts'

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
