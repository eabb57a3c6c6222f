import { makeConfluentRegistry } from './adapters/confluent-registry/make-confluent-registry.ts'
import { makeKafkaAdapter } from './adapters/kafka/make-kafka-adapter.ts'
import { makeProtoFiles } from './adapters/proto-files.ts'
import { refuseRegistryWrites, refuseWrites } from './adapters/read-only.ts'
import { traceBroker } from './adapters/trace-broker.ts'
import type { ConnectionConfig } from './config.ts'
import { deadLetterRulesOf } from './dead-letter-config.ts'
import type { Connection } from './services/deps.ts'

/** Puts one connection together. Nothing connects before it is used. */
export const connect = (config: ConnectionConfig): Connection => {
  const registry = config.registry ? makeConfluentRegistry(config.registry) : null
  const adapter = traceBroker(makeKafkaAdapter(config), config.id)
  return {
    id: config.id,
    name: config.name,
    environment: config.environment,
    readOnly: config.readOnly,
    editing: config.editing,
    address: { brokers: config.brokers, needsLogin: config.tls || config.sasl !== undefined },
    broker: config.readOnly ? refuseWrites(adapter) : adapter,
    registry: registry && config.readOnly ? refuseRegistryWrites(registry) : registry,
    reading: { choices: async () => new Map(), protoFiles: makeProtoFiles(config.protobuf) },
    ledgerTopic: config.ledgerTopic,
    keepExpiring: config.keepExpiring,
    mostReplays: config.mostReplays,
    deadLetterTopics: config.deadLetterTopics.map((pattern) => new RegExp(pattern)),
    retrySuffixes: config.retryTopicSuffixes,
    deadLetterRules: deadLetterRulesOf(config),
  }
}
