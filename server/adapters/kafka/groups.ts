import {
  consumerGroupDescribeV0,
  describeGroupsV5,
  findCoordinatorV4,
  listGroupsV5,
  offsetFetchV8,
  Reader,
} from '@platformatic/kafka'
import type { GroupId, TopicName } from '#server/contracts/scalars.ts'
import type { CommittedOffset, ConsumerGroups, GroupDescription, GroupMember } from '#server/ports/broker.ts'
import type { KafkaClient } from './client.ts'
import { errorOfCode, tolerate } from './errors.ts'
import { answering } from './topics.ts'

const groupsPerRequest = 200
const groupCoordinator = 0

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
export const readAssignment = (bytes: Buffer): GroupMember['assignment'] => {
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

/** Splits groups by the broker that coordinates them, in portions that one request may carry. */
const byCoordinator = async (client: KafkaClient, groups: readonly GroupId[], signal: AbortSignal) => {
  const portions: { readonly broker: number; readonly groups: GroupId[] }[] = []
  for (let at = 0; at < groups.length; at += groupsPerRequest) {
    const keys = groups.slice(at, at + groupsPerRequest)
    const { coordinators } = await client.ask(null, signal, (connection) =>
      tolerate(findCoordinatorV4.api.async(connection, groupCoordinator, [...keys])),
    )
    const found = coordinators.filter(({ errorCode }) => errorCode === 0)
    for (const [broker, mine] of Map.groupBy(found, ({ nodeId }) => nodeId))
      portions.push({ broker, groups: mine.map(({ key }) => key as GroupId) })
  }
  return portions
}

/** The groups facet of a cluster: classic and KIP-848 groups. */
export const makeConsumerGroups = (client: KafkaClient): ConsumerGroups => {
  const list: ConsumerGroups['list'] = ({ signal }) =>
    answering('consumer groups', async () => {
      const { brokers } = await client.metadata(signal)
      const answers = await Promise.all(
        [...brokers.keys()].map((broker) =>
          client.ask(broker, signal, (connection) => tolerate(listGroupsV5.api.async(connection, [], []))),
        ),
      )
      const refused = answers.find(({ errorCode }) => errorCode !== 0)
      if (refused && answers.every(({ errorCode }) => errorCode !== 0))
        throw Object.assign(new Error(errorOfCode(refused.errorCode, 'consumer groups').detail), {
          apiId: refused.errorCode,
        })
      return answers
        .flatMap(({ groups }) => groups)
        .map(({ groupId, groupType, groupState }) => ({
          group: groupId as GroupId,
          protocol: groupType === '' ? 'classic' : groupType.toLowerCase(),
          state: groupState,
        }))
    })

  const describeClassic = async (
    broker: number,
    groups: GroupId[],
    signal: AbortSignal,
  ): Promise<GroupDescription[]> => {
    const answer = await client.ask(broker, signal, (connection) =>
      tolerate(describeGroupsV5.api.async(connection, groups, false)),
    )
    return answer.groups
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
      }))
  }

  const describeModern = async (
    broker: number,
    groups: GroupId[],
    signal: AbortSignal,
  ): Promise<GroupDescription[]> => {
    const answer = await client.ask(broker, signal, (connection) =>
      tolerate(consumerGroupDescribeV0.api.async(connection, groups, false)),
    )
    return answer.groups
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
      }))
  }

  return {
    list,
    describe: (groups, call) =>
      answering('consumer groups', async () => {
        const listed = await list(call)
        const modern = new Set(
          listed.ok
            ? listed.value.filter(({ protocol }) => protocol === 'consumer').map(({ group }) => group)
            : [],
        )
        const portions = await byCoordinator(client, groups, call.signal)
        const described = await Promise.all(
          portions.flatMap(({ broker, groups: mine }) => {
            const newer = mine.filter((group) => modern.has(group))
            const classic = mine.filter((group) => !modern.has(group))
            return [
              ...(newer.length > 0 ? [describeModern(broker, newer, call.signal)] : []),
              ...(classic.length > 0 ? [describeClassic(broker, classic, call.signal)] : []),
            ]
          }),
        )
        return new Map(described.flat().map((one) => [one.group, one]))
      }),

    committed: (groups, { signal }) =>
      answering('committed offsets', async () => {
        const portions = await byCoordinator(client, groups, signal)
        const answers = await Promise.all(
          portions.map(({ broker, groups: mine }) =>
            client.ask(broker, signal, (connection) =>
              tolerate(
                offsetFetchV8.api.async(
                  connection,
                  mine.map((groupId) => ({ groupId, memberEpoch: -1, topics: null })),
                  false,
                ),
              ),
            ),
          ),
        )
        return new Map(
          answers
            .flatMap((answer) => answer.groups)
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
        )
      }),
  }
}
