import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import type { SchemaEngine } from '@prisma/schema-engine-wasm'
import pg from 'pg'

type EngineModule = typeof import('@prisma/schema-engine-wasm') & {
  __wbg_set_wasm(exports: WebAssembly.Exports): void
}

let loaded: Promise<EngineModule> | undefined

/**
 * The engine's JavaScript half and its WebAssembly half put together by hand: the package's own entry imports the
 * `.wasm` as a module, which only bundlers understand.
 */
const loadEngineModule = async (): Promise<EngineModule> => {
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const module = (await import(/* webpackIgnore: true */ pathToFileURL(script).href)) as EngineModule
  const binary = await readFile(path.join(path.dirname(script), 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(binary, {
    './schema_engine_bg.js': module as unknown as WebAssembly.ModuleImports,
  })
  module.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start
  if (typeof start === 'function') start()
  return module
}

/**
 * Prisma's driver cuts a script at every semicolon, also inside comments and functions, and runs the pieces apart. Sent
 * whole, PostgreSQL parses the script itself and runs it in one transaction: a migration is applied or not.
 */
const makeAdapterFactory = (pool: pg.Pool) => {
  passChars(pool)
  const inner = new PrismaPg(pool)
  return bindMigrationAwareSqlAdapterFactory({
    provider: inner.provider,
    adapterName: inner.adapterName,
    connectToShadowDb: () => inner.connectToShadowDb(),
    connect: async () => {
      const adapter = await inner.connect()
      adapter.executeScript = async (sql) => {
        await adapter.executeRaw({ sql, args: [], argTypes: [] })
      }
      const queryRaw = adapter.queryRaw.bind(adapter)
      adapter.queryRaw = async (query) => {
        const answer = await queryRaw(query)
        const columnTypes = answer.columnTypes.map((type) =>
          type === ColumnTypeEnum.CharacterArray ? ColumnTypeEnum.Character : type,
        )
        return { ...answer, columnTypes }
      }
      return adapter
    },
  })
}

const charOid = 18
const charArrayOid = 1002

/**
 * Lets the engine read PostgreSQL's catalogue, whose columns of the type "char" Prisma's driver does not know: they pass
 * the driver as arrays of it, which no column of the catalogue is.
 */
const passChars = (pool: pg.Pool): void => {
  const query: (...args: unknown[]) => Promise<pg.QueryArrayResult> = pool.query.bind(pool)
  const queryWithChars = async (...args: unknown[]): Promise<pg.QueryArrayResult> => {
    const result = await query(...args)
    for (const field of result.fields ?? []) if (field.dataTypeID === charOid) field.dataTypeID = charArrayOid
    return result
  }
  pool.query = queryWithChars as typeof pool.query
}

/**
 * Prisma's schema engine as WebAssembly over the pg driver: migrations without the engine download that the `prisma`
 * command wants, so that they also work without internet access. `datamodels` are the schema's files.
 */
export const withMigrationEngine = async <T>(
  databaseUrl: string,
  datamodels: [path: string, content: string][],
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> => {
  loaded ??= loadEngineModule()
  const { SchemaEngine: Engine } = await loaded
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  pool.on('error', () => {})
  try {
    const engine = await Engine.new({ datamodels }, () => {}, makeAdapterFactory(pool))
    try {
      return await work(engine)
    } finally {
      engine.free()
    }
  } finally {
    await pool.end()
  }
}
