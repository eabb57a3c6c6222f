import { describeClusterV0, metadataV12 } from '@platformatic/kafka'
import type { Capability } from '#server/contracts/capabilities.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { sayCount } from '#server/domain/say-amounts.ts'
import type { TopicRights } from '#server/ports/topics.ts'
import type { KafkaClient } from './client.ts'

/** Bits of the authorized operations that a broker tells of a resource (AclOperation codes, KIP-430). */
const bits = {
  read: 1 << 3,
  write: 1 << 4,
  create: 1 << 5,
  delete: 1 << 6,
  alter: 1 << 7,
  describe: 1 << 8,
  alterSettings: 1 << 11,
} as const
/** Endpoint type of DescribeCluster; version 0 does not send it. */
const brokerEndpoints = 1
/** The broker told nothing. */
const untold = -(2 ** 31)

const allows = (operations: number, bit: number): boolean => operations === untold || (operations & bit) !== 0

/**
 * What this user may do with topics, all or those given, as the broker's authorizer says now (Metadata). A topic that
 * this user may not even describe is left out. Where the broker does not tell, everything counts as allowed.
 */
export const readTopicRights = async (
  client: KafkaClient,
  topics: readonly TopicName[] | null,
  signal: AbortSignal,
): Promise<ReadonlyMap<TopicName, TopicRights>> => {
  const asked = topics && [...topics]
  const answer = await client.ask(null, signal, metadataV12.api, asked, false, true)
  return new Map(
    answer.topics
      .filter(({ errorCode }) => errorCode === 0)
      .map(({ name, isInternal, topicAuthorizedOperations: operations }) => [
        (name ?? '') as TopicName,
        {
          internal: isInternal,
          read: allows(operations, bits.read),
          write: allows(operations, bits.write),
          create: allows(operations, bits.create),
          delete: allows(operations, bits.delete),
          alter: allows(operations, bits.alter),
          alterSettings: allows(operations, bits.alterSettings),
        },
      ]),
  )
}

type Right = Exclude<keyof TopicRights, 'internal'>
const rightNames = {
  read: 'Read',
  write: 'Write',
  create: 'Create',
  delete: 'Delete',
  alter: 'Alter',
  alterSettings: 'AlterConfigs',
} as const satisfies Record<Right, string>

/** Whether a right is there on any of the topics: one on none of them is `denied`. Without topics nobody knows. */
export const capabilityOfRight = (rights: ReadonlyMap<TopicName, TopicRights>, right: Right): Capability => {
  const own = [...rights.values()].filter(({ internal }) => !internal)
  if (own.length === 0 || own.some((topic) => topic[right])) return { state: 'yes' }
  return {
    state: 'denied',
    why: `This user has no ${rightNames[right]} right on any of the topics it may list (${sayCount(own.length)}).`,
  }
}

/** What this user may do with the cluster itself (DescribeCluster): describe it, and by that list every group; create topics. */
export const readClusterRights = async (
  client: KafkaClient,
  signal: AbortSignal,
): Promise<{ readonly describe: boolean; readonly create: boolean }> => {
  const { clusterAuthorizedOperations: operations } = await client.ask(
    null,
    signal,
    describeClusterV0.api,
    true,
    brokerEndpoints,
  )
  return { describe: allows(operations, bits.describe), create: allows(operations, bits.create) }
}
