import { fail } from '#server/domain/result.ts'
import type { BrokerAdapter } from '#server/ports/broker.ts'
import type { SchemaRegistry } from '#server/ports/schema-registry.ts'

const why = 'The connection is read-only.'

/** The one place where a read-only connection refuses to write: reads pass, every write answers `denied`. */
export const refuseWrites = (adapter: BrokerAdapter): BrokerAdapter => ({
  ...adapter,
  capabilities: async (call) => ({
    ...(await adapter.capabilities(call)),
    publish: { state: 'denied', why },
  }),
  ...(adapter.publisher
    ? {
        publisher: {
          ...adapter.publisher,
          send: async () => fail({ kind: 'denied', detail: why, source: 'broker' }),
        },
      }
    : {}),
})

const refused = async () => fail({ kind: 'denied', detail: why, source: 'registry' } as const)

/** The same for the registry of a read-only connection. */
export const refuseRegistryWrites = (registry: SchemaRegistry): SchemaRegistry => ({
  ...registry,
  catalogue: {
    ...registry.catalogue,
    register: refused,
    deleteVersion: refused,
    deleteSubject: refused,
    setCompatibility: refused,
  },
})
