import type { ConnectionConfig } from '#server/config.ts'
import type { Capability, CapabilitySet } from '#server/contracts/capabilities.ts'
import type { Result } from '#server/domain/result.ts'
import type { BrokerAdapter } from '#server/ports/broker.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { Call } from '#server/ports/call.ts'
import { answering } from './answering.ts'
import type { BrokerApi } from './broker-apis.ts'
import { KafkaClient } from './client.ts'
import { makeConsumerGroups } from './groups.ts'
import { makeMessageReader } from './messages.ts'
import { makePublisher } from './publisher.ts'
import { capabilityOfRight, readClusterRights } from './rights.ts'
import { changingApis, makeTopicAdmin } from './topic-admin.ts'
import { makeTopics } from './topics.ts'
import { makeTransactions } from './transactions.ts'

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
  const offered = async (api: BrokerApi<never, unknown>, { signal }: Call): Promise<Capability> =>
    capabilityOf(await answering('changes of topics', () => client.requireAt(signal, api)))
  return {
    kind: 'kafka',
    describe: ({ signal }) =>
      answering('the cluster', async () => {
        const { clusterId, brokers } = await client.metadata(signal, 0)
        return { clusterId, version: null, brokers: brokers.size }
      }),
    capabilities: async (call): Promise<CapabilitySet> => {
      const [listTopics, rights, listGroups, cluster, sizes, changes] = await Promise.all([
        topics.list(call),
        topics.rights(null, call),
        groups.list(call),
        answering('rights on the cluster', () => readClusterRights(client, call.signal)),
        topics.sizes(call),
        Promise.all(Object.values(changingApis).map((api) => offered(api, call))),
      ])
      const capabilityTo = (right: Parameters<typeof capabilityOfRight>[1]) =>
        rights.ok ? capabilityOfRight(rights.value, right) : capabilityOf(rights)
      const [create, remove, changeSettings, addPartitions] = changes
      const changing = (known: Capability | undefined, right: Capability) =>
        known && known.state !== 'yes' ? known : right
      const mayCreate: Capability =
        cluster.ok && cluster.value.create ? { state: 'yes' } : capabilityTo('create')
      // A broker leaves out the groups that this user may not describe, and says nothing of it.
      const seesNoGroup =
        listGroups.ok && listGroups.value.length === 0 && cluster.ok && !cluster.value.describe
      return {
        'list-topics': capabilityOf(listTopics),
        'read-messages': capabilityTo('read'),
        'list-groups': seesNoGroup ? noGroupToSee : capabilityOf(listGroups),
        publish: capabilityTo('write'),
        'topic-sizes': capabilityOf(sizes),
        'create-topics': changing(create, mayCreate),
        'delete-topics': changing(remove, capabilityTo('delete')),
        'change-topic-settings': changing(changeSettings, capabilityTo('alterSettings')),
        'add-partitions': changing(addPartitions, capabilityTo('alter')),
        registry: config.registry
          ? { state: 'yes' }
          : { state: 'no', why: 'No schema registry is configured for this connection.' },
      }
    },
    topics,
    topicAdmin: makeTopicAdmin(client),
    messages: makeMessageReader(client, topics),
    groups,
    publisher: makePublisher(client),
    transactions: makeTransactions(client),
    dispose: () => client.dispose(),
  }
}
