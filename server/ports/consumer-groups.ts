import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import type { PartialAnswer } from './answer.ts'
import type { Call } from './call.ts'

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
