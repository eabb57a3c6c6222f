import { makeConfluentRegistry } from './adapters/confluent-registry/make-confluent-registry.ts'
import { makeKafkaAdapter } from './adapters/kafka/make-kafka-adapter.ts'
import { makePostgresTraces } from './adapters/postgres-traces/make-postgres-traces.ts'
import { refuseWrites } from './adapters/read-only.ts'
import { traceBroker } from './adapters/trace-broker.ts'
import { type Config, type ConnectionConfig, readConfig } from './config.ts'
import { type Env, readEnv } from './env.ts'
import { openDatabase } from './repositories/database.ts'
import type { Connection, Deps } from './services/deps.ts'

export type Composition = { readonly env: Env; readonly deps: Deps; dispose(): Promise<void> }

const connect = (config: ConnectionConfig): Connection => {
  const adapter = traceBroker(makeKafkaAdapter(config), config.id)
  return {
    id: config.id,
    name: config.name,
    environment: config.environment,
    readOnly: config.readOnly,
    broker: config.readOnly ? refuseWrites(adapter) : adapter,
    registry: config.registry ? makeConfluentRegistry(config.registry) : null,
    deadLetterTopics: config.deadLetterTopics.map((pattern) => new RegExp(pattern)),
  }
}

/**
 * Puts the process together: the only place that names concrete adapters. Nothing connects before it is used.
 * Throws when the environment or spillway.yaml can not be used; the message says what to change.
 */
export const compose = (env: Env, config: Config | { connections: [] }): Composition => {
  if (env.DATABASE_URL === undefined)
    throw new Error(
      'DATABASE_URL is not set. `npm start` and `npm run demo` start a PostgreSQL of their own and set it.',
    )
  const db = openDatabase(env.DATABASE_URL)
  const connections = config.connections.map(connect)
  return {
    env,
    deps: { db, clock: { nowMs: () => Date.now() }, traces: makePostgresTraces(db), connections },
    dispose: async () => {
      await Promise.allSettled(connections.map(({ broker }) => broker.dispose()))
      await db.close()
    },
  }
}

const kept = globalThis as typeof globalThis & { spillwayComposition?: Composition }

/** The composition of this process. Next bundles each route apart, so it lives on the global object. */
export const composition = (): Composition => {
  if (!kept.spillwayComposition) {
    const env = readEnv()
    kept.spillwayComposition = compose(env, readConfig(env))
  }
  return kept.spillwayComposition
}
