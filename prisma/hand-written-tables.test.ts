import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { findHandWrittenTables } from './hand-written-tables.ts'

const migrationsDir = path.join(import.meta.dirname, 'migrations')
const migrations = readdirSync(migrationsDir)
  .filter((entry) => /^\d{14}_/.test(entry))
  .sort()
  .map((name) => readFileSync(path.join(migrationsDir, name, 'migration.sql'), 'utf8'))

it('knows the tables written by hand by the missing comment, until a migration drops them', () => {
  const first =
    '-- CreateTable\nCREATE TABLE "mark" (\n);\n\nCREATE TABLE "span" (\n) ;\nCREATE TABLE "old" ();\n'
  expect(findHandWrittenTables([first])).toEqual(['span', 'old'])
  expect(findHandWrittenTables([first, 'DROP TABLE "old";'])).toEqual(['span'])
})

it('finds every table of the migrations either in the schema or written by hand, and none in both', () => {
  const schema = readFileSync(path.join(import.meta.dirname, 'schema.prisma'), 'utf8')
  const modelled = [...schema.matchAll(/@@map\("(\w+)"\)/g)].map(([, table]) => table)
  const made = [...migrations.join('\n').matchAll(/^CREATE TABLE "(\w+)"/gm)].map(([, table]) => table)
  expect([...modelled, ...findHandWrittenTables(migrations)].toSorted()).toEqual(made.toSorted())
})
