import type { CapabilitySet } from '#server/contracts/capabilities.ts'
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'
import type { ConsumerGroups } from './consumer-groups.ts'
import type { MessageReader } from './message-reader.ts'
import type { Publisher } from './publisher.ts'
import type { TopicAdmin } from './topic-admin.ts'
import type { Topics } from './topics.ts'
import type { Transactions } from './transactions.ts'

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
  readonly transactions?: Transactions
  dispose(): Promise<void>
}
