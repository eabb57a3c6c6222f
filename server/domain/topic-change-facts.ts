import type { TopicChangePlan } from '#server/contracts/topic-changes.ts'
import type { TopicRow } from '#server/contracts/topics.ts'

/** What is known of a topic when a change is planned. Null where a source did not tell. */
export type TopicNow = {
  readonly name: string
  readonly topicId: string | null
  readonly kind: TopicRow['kind']
  readonly partitions: readonly {
    readonly leader: number | null
    readonly replicas: readonly number[]
    readonly inSync: readonly number[]
  }[]
  readonly settings: readonly {
    readonly name: string
    readonly value: string | null
    readonly isDefault: boolean
    readonly defaultValue: string | null
    readonly isReadOnly: boolean
  }[]
  readonly messages: bigint | null
  readonly sizeBytes: bigint | null
  /** Bytes of each partition's leader. */
  readonly partitionBytes: readonly bigint[] | null
  readonly producedPerSecond: number | null
  readonly groups: readonly { readonly group: string; readonly state: string; readonly lag: bigint }[]
  readonly subjects: readonly string[]
}

/** What would be deleted by a limit that is now lower: an estimate. */
export type Outdated = { readonly messages: bigint; readonly bytes: bigint | null }

/** What a plan depends on besides the request. */
export type ChangeFacts = {
  /** Null: there is no such topic. */
  readonly topic: TopicNow | null
  readonly topicNames: readonly string[]
  readonly brokers: number
  readonly environment: TopicChangePlan['environment']
  /** Why this connection or user may not do it at all. */
  readonly refusedBecause: string | null
  /** Why it is not known who reads the topic; null when it is. */
  readonly readersProblem: string | null
  /** Messages older than a retention time that is to be lowered; null where nobody could tell. */
  readonly outdated: Outdated | null
  /** What the broker's own check of the request said. */
  readonly brokerRefusal: { readonly detail: string; readonly field: string | null } | null
}

/** The part of what was seen that must still hold when the change is made. Kept with the plan as JSON. */
export type SeenTopic = {
  readonly topicId: string | null
  readonly partitions: number
  /** The topic's own value of each setting that changes; null where it has none. */
  readonly settings: Readonly<Record<string, string | null>>
  /** Groups with members. */
  readonly activeGroups: readonly string[]
}
