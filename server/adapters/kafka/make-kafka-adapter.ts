import type { ConnectionConfig } from '#server/config.ts'
import type { Capability, CapabilitySet } from '#server/contracts/capabilities.ts'
import type { Result } from '#server/domain/result.ts'
import type { BrokerAdapter } from '#server/ports/broker.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import { answering } from './answering.ts'
import { KafkaClient } from './client.ts'
import { makeConsumerGroups } from './groups.ts'
import { makeMessageReader } from './messages.ts'
import { makePublisher } from './publisher.ts'
import { capabilityOfRight, mayDescribeCluster } from './rights.ts'
import { makeTopics } from './topics.ts'

const capabilityOf = (answer: Result<unknown, BrokerError>): Capability => {
  if (answer.ok) return { state: 'yes' }
  const { kind, detail } = answer.error
  return { state: kind === 'denied' ? 'denied' : kind === 'unsupported' ? 'no' : 'unavailable', why: detail }
}

const noGroupToSee: Capability = {
  state: 'denied',
  why: 'This user has no Describe right on the cluster, and no consumer group is shown to it: it lacks that right on all of them, or there are none.',
}

/** A Kafka cluster behind the broker port. Connects when first used; never throws here. */
export const makeKafkaAdapter = (config: ConnectionConfig): BrokerAdapter => {
  const client = new KafkaClient(config)
  const topics = makeTopics(client)
  const groups = makeConsumerGroups(client)
  return {
    kind: 'kafka',
    describe: ({ signal }) =>
      answering('the cluster', async () => {
        const { clusterId, brokers } = await client.metadata(signal, 0)
        return { clusterId, version: null, brokers: brokers.size }
      }),
    capabilities: async (call): Promise<CapabilitySet> => {
      const [listTopics, rights, listGroups, seesCluster, sizes] = await Promise.all([
        topics.list(call),
        topics.rights(null, call),
        groups.list(call),
        answering('rights on the cluster', () => mayDescribeCluster(client, call.signal)),
        topics.sizes(call),
      ])
      const capabilityTo = (right: 'read' | 'write') =>
        rights.ok ? capabilityOfRight(rights.value, right) : capabilityOf(rights)
      // A broker leaves out the groups that this user may not describe, and says nothing of it.
      const seesNoGroup =
        listGroups.ok && listGroups.value.length === 0 && seesCluster.ok && !seesCluster.value
      return {
        'list-topics': capabilityOf(listTopics),
        'read-messages': capabilityTo('read'),
        'list-groups': seesNoGroup ? noGroupToSee : capabilityOf(listGroups),
        publish: capabilityTo('write'),
        'topic-sizes': capabilityOf(sizes),
        registry: config.registry
          ? { state: 'yes' }
          : { state: 'no', why: 'No schema registry is configured for this connection.' },
      }
    },
    topics,
    messages: makeMessageReader(client, topics),
    groups,
    publisher: makePublisher(client),
    dispose: () => client.dispose(),
  }
}
