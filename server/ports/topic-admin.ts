import type { TopicName } from '#server/contracts/scalars.ts'
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'

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
