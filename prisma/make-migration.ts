import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { withMigrationEngine } from '#server/repositories/migration-engine.ts'
import { createTestDatabase } from '#server/repositories/test-database.ts'
import { findHandWrittenTables } from './hand-written-tables.ts'

/**
 * Writes the next migration: `node prisma/make-migration.ts <name>`, with DATABASE_URL naming a server where a database
 * may be made and dropped. It holds what schema.prisma says beyond the migrations so far. The tables that earlier
 * migrations wrote by hand (time series, spans) are left alone: a change of theirs is added to the file by hand.
 */
const migrationsDir = path.join(import.meta.dirname, 'migrations')
const schemaPath = path.join(import.meta.dirname, 'schema.prisma')

const readScripts = async (): Promise<string[]> => {
  const names = (await readdir(migrationsDir)).filter((entry) => /^\d{14}_/.test(entry)).sort()
  return Promise.all(names.map((name) => readFile(path.join(migrationsDir, name, 'migration.sql'), 'utf8')))
}

const main = async (name: string): Promise<void> => {
  const schema = await readFile(schemaPath, 'utf8')
  const serverUrl = process.env.DATABASE_URL
  if (serverUrl === undefined) throw new Error('DATABASE_URL must name a server where a database may be made')
  const handWritten = findHandWrittenTables(await readScripts())
  const database = await createTestDatabase(serverUrl)
  const script = await withMigrationEngine(database.url, [[schemaPath, schema]], async (engine) => {
    const { stdout } = await engine.diff({
      from: {
        tag: 'schemaDatasource',
        files: [{ path: schemaPath, content: schema }],
        configDir: import.meta.dirname,
      },
      to: { tag: 'schemaDatamodel', files: [{ path: schemaPath, content: schema }] },
      script: true,
      exitCode: null,
      filters: { externalTables: handWritten.map((table) => `public.${table}`), externalEnums: [] },
    })
    return stdout ?? ''
  }).finally(() => database.drop())
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const folder = path.join(migrationsDir, `${stamp}_${name}`)
  await mkdir(folder)
  await writeFile(path.join(folder, 'migration.sql'), script)
  process.stdout.write(`${path.relative(process.cwd(), folder)}/migration.sql\n`)
}

const name = process.argv[2]
if (name === undefined || !/^[a-z0-9_]+$/.test(name))
  throw new Error('usage: node prisma/make-migration.ts <snake_case_name>')
await main(name)
