import { fail } from '#server/domain/result.ts'
import type { BrokerAdapter } from '#server/ports/broker.ts'
import type { BrokerError } from '#server/ports/broker-error.ts'
import type { SchemaRegistry } from '#server/ports/schema-registry.ts'

const why = 'The connection is read-only.'
const refused = { state: 'denied', why } as const
const refuse = async () => fail<BrokerError>({ kind: 'denied', detail: why, source: 'broker' })

/** The one place where a read-only connection refuses to write: reads pass, every write answers `denied`. */
export const refuseWrites = (adapter: BrokerAdapter): BrokerAdapter => ({
  ...adapter,
  capabilities: async (call) => ({
    ...(await adapter.capabilities(call)),
    publish: refused,
    'create-topics': refused,
    'delete-topics': refused,
    'change-topic-settings': refused,
    'add-partitions': refused,
  }),
  topicAdmin: { create: refuse, delete: refuse, changeSettings: refuse, addPartitions: refuse },
  ...(adapter.publisher ? { publisher: { ...adapter.publisher, send: refuse } } : {}),
  ...(adapter.transactions ? { transactions: { ...adapter.transactions, open: refuse } } : {}),
})

const refuseAtRegistry = async () => fail({ kind: 'denied', detail: why, source: 'registry' } as const)

/** The same for the registry of a read-only connection. */
export const refuseRegistryWrites = (registry: SchemaRegistry): SchemaRegistry => ({
  ...registry,
  catalogue: {
    ...registry.catalogue,
    register: refuseAtRegistry,
    deleteVersion: refuseAtRegistry,
    deleteSubject: refuseAtRegistry,
    setCompatibility: refuseAtRegistry,
  },
})
