import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Composition } from '#server/composition.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { schemaEndpoints } from '#server/contracts/schema-endpoints.ts'
import { writeSpans } from '#server/repositories/spans.ts'
import { makeSpan, spanBytes, traceBytes } from '#server/repositories/spans-fixture.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { type HttpFaultProxy, startHttpFaultProxy } from '#server/sandbox/stack/fault-proxy.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { compareSchemaVersions } from './compare-schema-versions.ts'
import { composeLocal, good, meansOf, quietKafka, testCall } from './console-fixture.ts'
import { deleteSchema } from './delete-schema.ts'
import { listSubjects } from './list-subjects.ts'
import { planSchemaDeletion } from './plan-schema-deletion.ts'
import { registerSchema } from './register-schema.ts'
import { sampleSchemasNow } from './sample-schemas-now.ts'
import { setCompatibility } from './set-compatibility.ts'
import { showRegistry } from './show-registry.ts'
import { showSchemaId } from './show-schema-id.ts'
import { showSchemaVersion } from './show-schema-version.ts'
import { showSubject } from './show-subject.ts'
import { showTopicSchemas } from './show-topic-schemas.ts'
import { testSchema } from './test-schema.ts'

const run = Math.random().toString(36).slice(2, 8)
const topic = `contracts-${run}` as TopicName
const subject = `${topic}-value`
const actor = { name: 'tester', permissions: new Set<never>() }
const call = testCall
const avro = (...fields: object[]) => ({
  type: 'AVRO' as const,
  text: JSON.stringify({ type: 'record', name: `Placed${run}`, fields }),
  references: [],
})
const first = avro({ name: 'id', type: 'string' }, { name: 'currency', type: 'string' })
const second = avro({ name: 'id', type: 'string' }, { name: 'region', type: 'string' })
const list = { q: run, deleted: false, offset: 0, limit: 50 }
const none = { confirm: '', reason: '' }

let database: TestDatabase
let local: Composition
let proxy: HttpFaultProxy
let ids: number[] = []

const frame = (id: number, ...texts: string[]) => {
  const head = Buffer.alloc(5)
  head.writeInt32BE(id, 1)
  return Buffer.concat([
    head,
    ...texts.flatMap((text) => [Buffer.from([text.length * 2]), Buffer.from(text)]),
  ])
}
const register = async (draft: typeof first, at = subject) => {
  const [deps, connection] = meansOf(local)
  return registerSchema(deps, connection, actor, { subject: at, ...draft, ...none }, call())
}

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  proxy = await startHttpFaultProxy(inject('registryUrl'))
  local = composeLocal(database, inject('brokers'), proxy.url)
  for (const draft of [first, second]) {
    const done = await register(draft)
    if (!done.ok) throw new Error(done.error.detail)
    ids = [...ids, done.value.id]
  }
  const admin = quietKafka(inject('brokers')).admin()
  await admin.connect()
  await makeTopics(admin, [{ topic, numPartitions: 1 }])
  await admin.disconnect()
  const producer = quietKafka(inject('brokers')).producer()
  await producer.connect()
  const [old = 0, fresh = 0] = ids
  await producer.send({
    topic,
    messages: [
      { key: 'a', value: frame(old, '1', 'EUR') },
      { key: 'b', value: frame(fresh, '2', 'north') },
      { key: 'c', value: frame(old, '3') },
      { key: 'd', value: frame(987_654, '4') },
      { key: 'e', value: '{"id":5}' },
      { key: 'f', value: null },
    ],
  })
  await producer.disconnect()
})
afterEach(() => proxy.heal())
afterAll(async () => {
  await local.dispose()
  await proxy.stop()
  await database.drop()
})

describe('sampling a topic', () => {
  it('tells which schemas its messages carry, and how they depart from the contract', async () => {
    const [deps, connection] = meansOf(local)
    const message = { topic, partition: null, offset: null, group: null }
    await writeSpans(database.db, [makeSpan(0xab, 0xcd, { kind: 4, service: 'orders', message })])
    const producer = quietKafka(inject('brokers')).producer()
    await producer.connect()
    const traceparent = `00-${traceBytes(0xab).toString('hex')}-${spanBytes(0xcd).toString('hex')}-01`
    await producer.send({
      topic,
      messages: [{ key: 'g', value: frame(ids[1] ?? 0, '7', 'south'), headers: { traceparent } }],
    })
    await producer.disconnect()
    const done = await good(
      schemaEndpoints.sampleSchemas.output,
      sampleSchemasNow(deps, connection, { topics: [topic] }, call()),
    )
    expect(done).toMatchObject({ topics: 1, messages: '7', failed: [] })
    const shown = await good(
      schemaEndpoints.showTopicSchemas.output,
      showTopicSchemas(deps, connection, topic, call()),
    )
    const value = shown.sides.find(({ side }) => side === 'value')
    expect(value?.subjects).toMatchObject([{ subject, byName: true, latest: { version: 2, type: 'AVRO' } }])
    expect(value?.sample).toMatchObject({ messages: 6, nulls: 1, withoutSchema: 1, format: 'json' })
    expect(
      value?.sightings.map(({ schemaId, version, inSample, services }) => [
        schemaId,
        version,
        inSample,
        services,
      ]),
    ).toEqual(
      expect.arrayContaining([
        [ids[0], 1, 2, []],
        [ids[1], 2, 2, ['orders']],
        [987_654, null, 1, []],
      ]),
    )
    const drifts = value?.drifts.map(({ kind, messages, version }) => [kind, messages, version])
    expect(drifts).toEqual([
      ['undecodable', 1, 1],
      ['unknown-schema', 1, null],
      ['does-not-fit-latest', 1, 1],
      ['no-schema-id', 1, null],
    ])
    expect(value?.drifts[2]?.sentence).toContain('region')
  })

  it('is shown with its age where the subject is listed, on its page and on its versions', async () => {
    const [deps, connection] = meansOf(local)
    const listed = await good(
      schemaEndpoints.listSubjects.output,
      listSubjects(deps, connection, list, call()),
    )
    expect(listed.data.subjects).toMatchObject([
      { subject, latest: { version: 2 }, versions: 2, topics: [topic], deleted: false },
    ])
    expect(listed.data.sample.topics).toBeGreaterThan(0)
    const shown = await good(
      schemaEndpoints.showSubject.output,
      showSubject(deps, connection, subject, call()),
    )
    expect(shown.versions.map(({ version, sightings }) => [version, sightings.length])).toEqual([
      [2, 1],
      [1, 1],
    ])
    // Of the registries tried, Apicurio 2.6 has no mode and 3.3 has one.
    if (shown.mode.value === null) expect(shown.mode.why).toContain('does not offer')
    else expect(shown.mode).toEqual({ value: 'READWRITE', why: null })
    const old = await good(
      schemaEndpoints.showSchemaVersion.output,
      showSchemaVersion(deps, connection, { subject, version: '1' }, call()),
    )
    expect(old).toMatchObject({ version: 1, before: null, after: 2, sightings: [{ topic, inSample: 2 }] })
    const unknown = await good(
      schemaEndpoints.showSchemaId.output,
      showSchemaId(deps, connection, 987_654, call()),
    )
    expect(unknown).toMatchObject({ schema: null, sightings: [{ topic }] })
  })
})

it('two versions are compared as lines and as meaning; without a choice the latest with the one before', async () => {
  const [deps, connection] = meansOf(local)
  const compared = await good(
    schemaEndpoints.compareSchemaVersions.output,
    compareSchemaVersions(deps, connection, { subject }, call()),
  )
  expect(compared).toMatchObject({ from: { version: 1 }, to: { version: 2 } })
  expect(compared.meaning).toMatchObject({ backward: 'breaks', forward: 'breaks' })
  expect(compared.meaning.changes.map(({ kind, path }) => [kind, path])).toEqual([
    ['field removed', 'currency'],
    ['field added', 'region'],
  ])
  expect(compared.lines.some(({ state, text }) => state === 'added' && text.includes('region'))).toBe(true)
  const first = await compareSchemaVersions(deps, connection, { subject, to: 1 }, call())
  expect(first).toMatchObject({ value: { from: null, meaning: { changes: [] } } })
  expect(await compareSchemaVersions(deps, connection, { subject, to: 9 }, call())).toMatchObject({
    error: { code: 'not-found' },
  })
})

describe('a draft', () => {
  it('is tried by the registry under its level, and by its meaning, before it is registered', async () => {
    const [deps, connection] = meansOf(local)
    const level = await good(
      schemaEndpoints.setSubjectCompatibility.output,
      setCompatibility(deps, connection, actor, { subject, level: 'BACKWARD', confirm: '' }, call()),
    )
    expect(level.compatibility).toEqual({ value: { level: 'BACKWARD', own: true }, why: null })
    const bad = avro({ name: 'id', type: 'string' }, { name: 'country', type: 'string' })
    const verdict = await good(
      schemaEndpoints.testSchema.output,
      testSchema(deps, connection, { subject, ...bad }, call()),
    )
    expect(verdict.rules.map(({ passes, demanded }) => [passes, demanded])).toEqual([
      [false, true],
      [false, false],
      [false, true],
      [false, false],
    ])
    // Apicurio 3.3 gives no reasons; what Spillway itself reads stands with either.
    const reasons = verdict.rules.flatMap((rule) => rule.reasons)
    if (reasons.length > 0) expect(verdict.rules[0]?.reasons.join()).toContain('country')
    expect(JSON.stringify(verdict.meaning)).toContain('country')
    expect(await register(bad)).toMatchObject({ ok: false, error: { code: 'conflict' } })
    const broken = await testSchema(
      deps,
      connection,
      { subject, type: 'AVRO', text: '{\n "type":', references: [] },
      call(),
    )
    expect(broken.ok && broken.value.problem).toMatch(/line 2/)
    const entries = await database.db.pool.query(
      'SELECT action, result FROM audit_entry ORDER BY id DESC LIMIT 4',
    )
    expect(entries.rows).toEqual([
      { action: 'register schema', result: 'failed' },
      { action: 'register schema', result: 'allowed' },
      { action: 'set schema compatibility', result: 'allowed' },
      { action: 'set schema compatibility', result: 'allowed' },
    ])
    await setCompatibility(deps, connection, actor, { subject, level: 'NONE', confirm: '' }, call())
  })

  it('of which the audit can not tell is not registered', async () => {
    const [deps, connection] = meansOf(local)
    const { pool } = database.db
    await pool.query('ALTER TABLE audit_entry ADD CONSTRAINT closed CHECK (false) NOT VALID')
    await expect(register(avro({ name: 'unheard', type: 'int' }))).rejects.toThrow('closed')
    await pool.query('ALTER TABLE audit_entry DROP CONSTRAINT closed')
    const shown = await showSubject(deps, connection, subject, call())
    expect(shown.ok && shown.value.versions.map(({ version }) => version)).toEqual([2, 1])
  })
})

describe('a deletion', () => {
  const gone = `gone-${run}`
  it('is planned with who uses it, and happens only as planned', async () => {
    const [deps, connection] = meansOf(local)
    const plan = await good(
      schemaEndpoints.planSchemaDeletion.output,
      planSchemaDeletion(deps, connection, { subject, permanent: false, version: 2 }, call()),
    )
    expect(plan.versions).toEqual([{ version: 2, id: ids[1] }])
    expect(plan.findings.map(({ severity, sentence }) => `${severity}: ${sentence}`).join('\n')).toContain(
      `warning: The newest messages of ${topic} carry it.`,
    )
    const hard = await planSchemaDeletion(deps, connection, { subject, permanent: true, version: 2 }, call())
    expect(hard.ok && hard.value.findings[0]?.severity).toBe('refused')
    expect(hard.ok && hard.value.undo).toContain('can not be undone')

    await register(first, gone)
    await register(second, gone)
    const request = { subject: gone, version: null, permanent: false, ...none }
    const other = await deleteSchema(deps, connection, actor, { ...request, versions: [1] }, call())
    expect(other).toMatchObject({ error: { code: 'conflict' } })
    const soft = await deleteSchema(deps, connection, actor, { ...request, versions: [1, 2] }, call())
    expect(soft).toMatchObject({ value: { versions: [1, 2] } })
    const still = await good(schemaEndpoints.showSubject.output, showSubject(deps, connection, gone, call()))
    expect(still).toMatchObject({ deleted: true, versions: [{ deleted: true }, { deleted: true }] })
    const listed = await listSubjects(deps, connection, { ...list, q: gone, deleted: true }, call())
    expect(listed.ok && listed.value.data.subjects).toMatchObject([{ subject: gone, deleted: true }])
    const final = { ...request, permanent: true, versions: [1, 2] }
    expect(await deleteSchema(deps, connection, actor, final, call())).toMatchObject({ ok: true })
    expect(await showSubject(deps, connection, gone, call())).toMatchObject({ error: { code: 'not-found' } })
  })

  it('is not said to be without referrers when the registry tells it of some versions only', async () => {
    proxy.answer({ path: /versions\/1\/referencedby/, status: 500 })
    const [deps, connection] = meansOf(local)
    const plan = await planSchemaDeletion(deps, connection, { subject, permanent: false }, call())
    proxy.heal()
    const said = plan.ok
      ? plan.value.findings.map(({ severity, sentence }) => `${severity}: ${sentence}`)
      : []
    expect(said.join('\n')).toContain(
      'warning: What refers to it is not known: 1 of 2 versions: the registry failed',
    )
    expect(said.join('\n')).not.toContain('Nothing refers to it')
  })

  it('is refused on a read-only connection, and in production without the name typed again', async () => {
    const [deps, connection] = meansOf(local)
    const request = { subject, version: 2, permanent: false, versions: [2], ...none }
    const readOnly = composeLocal(database, inject('brokers'), proxy.url, { readOnly: true })
    const [, guarded] = meansOf(readOnly)
    expect(await deleteSchema(deps, guarded, actor, request, call())).toMatchObject({
      error: { code: 'read-only-connection' },
    })
    expect(
      await guarded.registry?.catalogue.deleteVersion(subject, 2, { permanent: false }, call()),
    ).toMatchObject({ error: { kind: 'denied' } })
    await readOnly.dispose()
    const environment = { name: 'production', colour: 'red', production: true } as const
    const production = { ...connection, environment }
    expect(await deleteSchema(deps, production, actor, request, call())).toMatchObject({
      error: { code: 'invalid-request' },
    })
  })
})

describe('a registry that answers only in part', () => {
  const parts = {
    config: /\/config/,
    mode: /\/mode/,
    'referenced by': /referencedby/,
    places: /\/schemas\/ids\/\d+\/versions/,
    'compatibility test': /\/compatibility\//,
    contexts: /\/contexts/,
    types: /\/schemas\/types/,
  }
  const faults = [404, 405, 500, 'slow'] as const
  it.each(
    Object.entries(parts).flatMap(([name, path]) => faults.map((fault) => [name, fault, path] as const)),
  )('%s: %s, and every page stands', async (_, fault, path) => {
    proxy.answer(fault === 'slow' ? { path, status: 200, delayMs: 8_000 } : { path, status: fault })
    const broken = composeLocal(database, inject('brokers'), proxy.url)
    const [deps, connection] = meansOf(broken)
    const answers = await Promise.all([
      good(schemaEndpoints.listSubjects.output, listSubjects(deps, connection, list, call())),
      good(schemaEndpoints.showSubject.output, showSubject(deps, connection, subject, call())),
      good(
        schemaEndpoints.showSchemaVersion.output,
        showSchemaVersion(deps, connection, { subject, version: 'latest' }, call()),
      ),
      good(
        schemaEndpoints.compareSchemaVersions.output,
        compareSchemaVersions(deps, connection, { subject }, call()),
      ),
      good(schemaEndpoints.testSchema.output, testSchema(deps, connection, { subject, ...first }, call())),
      good(
        schemaEndpoints.planSchemaDeletion.output,
        planSchemaDeletion(deps, connection, { subject, permanent: false }, call()),
      ),
      good(schemaEndpoints.showRegistry.output, showRegistry(connection, call())),
    ])
    await broken.dispose()
    expect(answers[1].versions.map(({ version }) => version)).toEqual([2, 1])
  })
})
