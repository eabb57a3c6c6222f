import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { SchemaDrift } from '#server/contracts/schemas.ts'
import { countDrifts, readDrifts, writeSchemaSample } from './schema-samples.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase
const drift = (topic: string, kind: SchemaDrift['kind'], subject: string | null): SchemaDrift => ({
  topic: topic as TopicName,
  side: 'value',
  kind,
  sentence: `${kind} in ${topic}`,
  messages: 1,
  sampleMessages: 10,
  sampledAt: 1_000,
  example: null,
  subject,
  version: null,
})

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  const sample = {
    side: 'value',
    messages: 10,
    nulls: 0,
    withoutSchema: 0,
    format: null,
    formats: [],
    problem: null,
  } as const
  for (let index = 0; index < 30; index++) {
    const topic = `topic-${String(index).padStart(2, '0')}`
    const drifts =
      index % 3 === 0
        ? []
        : index % 3 === 1
          ? [drift(topic, 'without-schema', null)]
          : [drift(topic, 'undecodable', 'orders-value'), drift(topic, 'no-schema-id', `${topic}-value`)]
    await writeSchemaSample(database.db, 'local', topic, 1_000, [{ ...sample, drifts, sightings: [] }])
  }
})
afterAll(() => database.drop())

it('only as many drifts are read as are shown, with how many there are', async () => {
  const departing = await readDrifts(database.db, 'local', { withoutSchema: false }, 3)
  expect(departing).toMatchObject({
    total: 20,
    drifts: [{ topic: 'topic-02', kind: 'undecodable' }, { kind: 'no-schema-id' }, { topic: 'topic-05' }],
  })
  const without = await readDrifts(database.db, 'local', { withoutSchema: true }, 500)
  expect([without.total, without.drifts.length]).toEqual([10, 10])
  expect(await readDrifts(database.db, 'other', {}, 5)).toEqual({ drifts: [], total: 0 })
})

it('drifts of a subject are chosen and counted by the database', async () => {
  const one = await readDrifts(database.db, 'local', { subject: 'topic-05-value' }, 50)
  expect(one).toMatchObject({ total: 1, drifts: [{ topic: 'topic-05', kind: 'no-schema-id' }] })
  const counts = await countDrifts(database.db, 'local', ['orders-value', 'topic-05-value', 'none'])
  expect(Object.fromEntries(counts)).toEqual({ 'orders-value': 10, 'topic-05-value': 1 })
})
