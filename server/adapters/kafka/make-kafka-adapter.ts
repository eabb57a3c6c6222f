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
import { makeTopics } from './topics.ts'

const capabilityOf = (answer: Result<unknown, BrokerError>): Capability => {
  if (answer.ok) return { state: 'yes' }
  const { kind, detail } = answer.error
  return { state: kind === 'denied' ? 'denied' : kind === 'unsupported' ? 'no' : 'unavailable', why: detail }
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
      const [listTopics, listGroups, sizes] = await Promise.all([
        topics.list(call),
        groups.list(call),
        topics.sizes(call),
      ])
      const reachable = capabilityOf(listTopics)
      return {
        'list-topics': reachable,
        'read-messages': reachable,
        'list-groups': capabilityOf(listGroups),
        publish: reachable,
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
