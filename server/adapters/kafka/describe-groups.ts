import { consumerGroupDescribeV0, describeGroupsV5, offsetFetchV8, Reader } from '@platformatic/kafka'
import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import type { CommittedOffset, GroupDescription, GroupMember } from '#server/ports/broker.ts'
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

const movedOf = (groups: readonly { readonly groupId: string; readonly errorCode: number }[]): GroupId[] =>
  groups.flatMap(({ groupId, errorCode }) => (hasMoved(errorCode) ? [groupId as GroupId] : []))

/** Classic groups (DescribeGroups). */
export const describeClassic = async (
  client: KafkaClient,
  broker: number,
  groups: GroupId[],
  signal: AbortSignal,
): Promise<Brought<GroupDescription>> => {
  const answer = await client.ask(broker, signal, describeGroupsV5.api, groups, false)
  return {
    moved: movedOf(answer.groups),
    found: answer.groups
      .filter(({ errorCode }) => errorCode === 0)
      .map(({ groupId, groupState, protocolType, members }) => ({
        group: groupId as GroupId,
        state: states[groupState] ?? 'unknown',
        protocol: 'classic',
        members: members.map(({ memberId, clientId, clientHost, memberAssignment }) => ({
          memberId,
          clientId,
          host: clientHost.replace(/^\//, ''),
          assignment: protocolType === 'consumer' ? readAssignment(memberAssignment) : [],
        })),
      })),
  }
}

/** Groups of the newer protocol (ConsumerGroupDescribe, KIP-848). */
export const describeModern = async (
  client: KafkaClient,
  broker: number,
  groups: GroupId[],
  signal: AbortSignal,
): Promise<Brought<GroupDescription>> => {
  const answer = await client.ask(broker, signal, consumerGroupDescribeV0.api, groups, false)
  return {
    moved: movedOf(answer.groups),
    found: answer.groups
      .filter(({ errorCode }) => errorCode === 0)
      .map(({ groupId, groupState, members }) => ({
        group: groupId as GroupId,
        state: states[groupState] ?? 'unknown',
        protocol: 'consumer',
        members: members.map(({ memberId, clientId, clientHost, assignment }) => ({
          memberId,
          clientId,
          host: clientHost.replace(/^\//, ''),
          assignment: assignment.topicPartitions.map(({ topicName, partitions }) => ({
            topic: topicName as TopicName,
            partitions,
          })),
        })),
      })),
  }
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
  return {
    moved: movedOf(answer.groups),
    found: answer.groups
      .filter(({ errorCode }) => errorCode === 0)
      .map(({ groupId, topics }) => [
        groupId as GroupId,
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
      ]),
  }
}
