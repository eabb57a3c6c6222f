import { join } from 'node:path'
import { makePostgresTraces } from './adapters/postgres-traces/make-postgres-traces.ts'
import { makeScanPool } from './adapters/scan-pool/make-scan-pool.ts'
import { makeChoices } from './composition-choices.ts'
import { connect } from './composition-connect.ts'
import { type ConnectionConfig, defaultSearch, readConfig, type SearchConfig } from './config.ts'
import { type Env, readEnv } from './env.ts'
import { type Database, openDatabase } from './repositories/database.ts'
import type { Connection, Deps } from './services/deps.ts'
import { makeRunningExports } from './services/running-exports.ts'

export type Composition = { readonly env: Env; readonly deps: Deps; dispose(): Promise<void> }

export type ComposedConfig = {
  readonly connections: readonly ConnectionConfig[]
  readonly search?: SearchConfig
}

const withChoices = (connection: Connection, db: Database): Connection => ({
  ...connection,
  ...(connection.reading
    ? { reading: { ...connection.reading, choices: makeChoices(db, connection.id) } }
    : {}),
})

/** Run from source, also beside a bundle: threads load files by path. */
const scanThread = (): string => join(process.cwd(), 'server', 'composition-scan-thread.ts')

const megabyte = 1_000_000

/**
 * Puts the process together: the only place that names concrete adapters. Nothing connects before it is used.
 * Throws when the environment or spillway.yaml can not be used; the message says what to change.
 */
export const compose = (env: Env, config: ComposedConfig): Composition => {
  if (env.DATABASE_URL === undefined)
    throw new Error(
      'DATABASE_URL is not set. `npm start` and `npm run demo` start a PostgreSQL of their own and set it.',
    )
  const db = openDatabase(env.DATABASE_URL)
  const connections = config.connections.map((one) => withChoices(connect(one), db))
  const search = config.search ?? defaultSearch
  const clock = { nowMs: () => Date.now() }
  const scanner = makeScanPool(config.connections, { threads: search.threads, entry: scanThread() })
  return {
    env,
    deps: {
      db,
      clock,
      traces: makePostgresTraces(db),
      connections,
      scanner,
      exports: makeRunningExports(clock),
      searchLimits: {
        budgetBytes: search.budgetMegabytes * megabyte,
        mostBytes: search.mostMegabytes * megabyte,
        durationMs: search.seconds * 1_000,
      },
    },
    dispose: async () => {
      await Promise.allSettled([scanner.dispose(), ...connections.map(({ broker }) => broker.dispose())])
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
