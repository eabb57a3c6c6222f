import { consumerGroupDescribeV0, describeGroupsV5, offsetFetchV8, Reader } from '@platformatic/kafka'
import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import type { CommittedOffset, GroupDescription, GroupMember } from '#server/ports/consumer-groups.ts'
import type { KafkaClient } from './client.ts'
import { hasMoved, protocolError } from './errors.ts'

/** Groups of one coordinator that one request carries. */
export type Portion = { readonly broker: number; readonly groups: GroupId[] }
/** What a portion brought, and the groups that another broker coordinates by now. */
type Brought<T> = { readonly found: readonly T[]; readonly moved: GroupId[] }

const states: Readonly<Record<string, GroupDescription['state']>> = {
  Stable: 'stable',
  Empty: 'empty',
  Dead: 'dead',
  PreparingRebalance: 'rebalancing',
  CompletingRebalance: 'rebalancing',
  Assigning: 'rebalancing',
  Reconciling: 'rebalancing',
}

/** Assignment of a classic member (ConsumerProtocolAssignment): version, then topics with partitions. */
const readAssignment = (bytes: Buffer): GroupMember['assignment'] => {
  if (bytes.length < 6) return []
  const reader = Reader.from(bytes)
  reader.readInt16()
  return reader.readArray(
    (topic) => ({
      topic: topic.readString(false) as TopicName,
      partitions: topic.readArray((one) => one.readInt32(), false, false),
    }),
    false,
    false,
  )
}

/** The groups that were described or answered for, and those that another broker coordinates by now. */
const broughtBy = <G extends { readonly groupId: string; readonly errorCode: number }, T>(
  groups: readonly G[],
  read: (group: G, id: GroupId) => T,
): Brought<T> => ({
  moved: groups.flatMap(({ groupId, errorCode }) => (hasMoved(errorCode) ? [groupId as GroupId] : [])),
  found: groups
    .filter(({ errorCode }) => errorCode === 0)
    .map((group) => read(group, group.groupId as GroupId)),
})

const memberOf = (
  member: { readonly memberId: string; readonly clientId: string; readonly clientHost: string },
  assignment: GroupMember['assignment'],
): GroupMember => ({
  memberId: member.memberId,
  clientId: member.clientId,
  host: member.clientHost.replace(/^\//, ''),
  assignment,
})

/** Classic groups (DescribeGroups). */
export const describeClassic = async (
  client: KafkaClient,
  broker: number,
  groups: GroupId[],
  signal: AbortSignal,
): Promise<Brought<GroupDescription>> => {
  const answer = await client.ask(broker, signal, describeGroupsV5.api, groups, false)
  return broughtBy(answer.groups, ({ groupState, protocolType, members }, group) => ({
    group,
    state: states[groupState] ?? 'unknown',
    protocol: 'classic',
    members: members.map((member) =>
      memberOf(member, protocolType === 'consumer' ? readAssignment(member.memberAssignment) : []),
    ),
  }))
}

/** Groups of the newer protocol (ConsumerGroupDescribe, KIP-848). */
export const describeModern = async (
  client: KafkaClient,
  broker: number,
  groups: GroupId[],
  signal: AbortSignal,
): Promise<Brought<GroupDescription>> => {
  const answer = await client.ask(broker, signal, consumerGroupDescribeV0.api, groups, false)
  return broughtBy(answer.groups, ({ groupState, members }, group) => ({
    group,
    state: states[groupState] ?? 'unknown',
    protocol: 'consumer',
    members: members.map((member) =>
      memberOf(
        member,
        member.assignment.topicPartitions.map(({ topicName, partitions }) => ({
          topic: topicName as TopicName,
          partitions,
        })),
      ),
    ),
  }))
}

/** Committed offsets of many groups in one request (OffsetFetch v8), partitions without one left out. */
export const fetchCommitted = async (
  client: KafkaClient,
  { broker, groups }: Portion,
  signal: AbortSignal,
): Promise<Brought<readonly [GroupId, readonly CommittedOffset[]]>> => {
  const wanted = groups.map((groupId) => ({ groupId, memberEpoch: -1, topics: null }))
  const answer = await client.ask(broker, signal, offsetFetchV8.api, wanted, false)
  const refused = answer.groups.find(({ errorCode }) => errorCode !== 0 && !hasMoved(errorCode))
  if (refused && answer.groups.every(({ errorCode }) => errorCode !== 0))
    throw protocolError(refused.errorCode, `group ${refused.groupId}`)
  return broughtBy(answer.groups, ({ topics }, group): readonly [GroupId, readonly CommittedOffset[]] => [
    group,
    topics.flatMap(({ name, partitions }) =>
      partitions
        .filter(({ errorCode, committedOffset }) => errorCode === 0 && committedOffset >= 0n)
        .map(
          ({ partitionIndex, committedOffset }): CommittedOffset => ({
            topic: name as TopicName,
            partition: partitionIndex,
            offset: committedOffset,
          }),
        ),
    ),
  ])
}
