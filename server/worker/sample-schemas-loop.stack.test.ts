import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { Composition } from '#server/composition.ts'
import { logger } from '#server/logger.ts'
import { readSampledAt } from '#server/repositories/schema-samples.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { composeLocal, quietKafka } from '#server/services/console-fixture.ts'
import { sampleSchemasLoop } from './sample-schemas-loop.ts'

const topic = `sampled-${Math.random().toString(36).slice(2, 8)}`
let database: TestDatabase
let local: Composition

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  local = composeLocal(database, inject('brokers'), inject('registryUrl'))
  const admin = quietKafka(inject('brokers')).admin()
  await admin.connect()
  await makeTopics(admin, [{ topic, numPartitions: 1 }])
  await admin.disconnect()
})
afterAll(async () => {
  await local.dispose()
  await database.drop()
})

it('samples a few topics a step, those never sampled first, and none of them again within a minute', async () => {
  const { signal } = new AbortController()
  const hold = { fence: 1n, signal, stillHeld: () => true, remainingMs: () => 10_000 }
  const step = () => sampleSchemasLoop.step('sample-schemas:local', { deps: local.deps, logger, hold })
  expect(await sampleSchemasLoop.wanted(local.deps, 'any')).toEqual(['sample-schemas:local'])
  await database.db.pool.query(
    `INSERT INTO schema_sample (connection_id, topic, side, sampled_at, messages, nulls, without_schema, drifts)
     VALUES ('local', 'gone', 'value', now(), 0, 0, 0, '[]')`,
  )
  expect(await step()).toBeGreaterThan(0)
  const first = await readSampledAt(database.db, 'local')
  expect(first.size).toBeGreaterThan(0)
  expect(first.size).toBeLessThanOrEqual(5)
  expect(first.has('gone')).toBe(false)
  await step()
  const second = await readSampledAt(database.db, 'local')
  for (const [name, at] of first) expect(second.get(name) ?? at).toBe(at)
})
