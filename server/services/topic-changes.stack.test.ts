import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { refuseWrites } from '#server/adapters/read-only.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { TopicChange, TopicChangeRequest } from '#server/contracts/topic-changes.ts'
import type { TopicAdmin } from '#server/ports/topic-admin.ts'
import { commitOffsets } from '#server/sandbox/stack/commit-offsets.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { applyTopicChange } from './apply-topic-change.ts'
import { type Bench, openBench, outgoing } from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import { planTopicChange } from './plan-topic-change.ts'
import { showTopicChange } from './show-topic-change.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench(inject('brokers'), inject('databaseUrl'))
})
afterAll(async () => {
  const left = (await bench.admin.listTopics()).filter((name) => name.includes(bench.suffix))
  await bench.admin.deleteTopics({ topics: left })
  await bench.dispose()
})

/** A topic that a test may delete: what a bench makes it deletes itself. */
const makeTopic = async (
  topic: string,
  numPartitions: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<TopicName> => {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
  await makeTopics(bench.admin, [{ topic, numPartitions, configEntries }])
  return topic as TopicName
}

const planWith = async (connection: Connection, request: TopicChangeRequest): Promise<TopicChange> => {
  const planned = await planTopicChange(bench.deps, connection, bench.actor, request, bench.call())
  if (!planned.ok) throw new Error(planned.error.detail)
  return planned.value
}
const plan = (request: TopicChangeRequest) => planWith(bench.connection, request)
const applyWith = (connection: Connection, { id }: TopicChange, typedName = '') =>
  applyTopicChange(bench.deps, connection, bench.actor, { id, typedName }, bench.call())
const apply = async (change: TopicChange, typedName = ''): Promise<TopicChange> => {
  const applied = await applyWith(bench.connection, change, typedName)
  if (!applied.ok) throw new Error(`${applied.error.code}: ${applied.error.detail}`)
  return applied.value
}
const refusals = ({ plan: { findings } }: TopicChange) =>
  findings.filter(({ severity }) => severity === 'refused').map(({ field, code }) => `${field} ${code}`)
const codes = ({ plan: { findings } }: TopicChange) => findings.map(({ code }) => code)
const auditOf = async (target: string) =>
  (
    await bench.database.db.pool.query<{ actor: string; action: string; result: string; detail: string }>(
      'SELECT actor, action, result, detail FROM audit_entry WHERE target = $1 ORDER BY id',
      [target],
    )
  ).rows
const findTopic = async (name: string) => {
  const listed = await bench.connection.broker.topics.list({ ...bench.call(), maxAgeMs: 0 })
  return listed.ok ? listed.value.find((one) => one.name === name) : undefined
}
const valueOfSetting = async (topic: string, setting: string) => {
  const settings = await bench.connection.broker.topics.describeSettings(topic as TopicName, bench.call())
  return settings.ok ? settings.value.find(({ name }) => name === setting) : undefined
}
const create = (name: string, settings: Record<string, string> = {}): TopicChangeRequest => ({
  action: 'create',
  topic: name,
  partitions: 2,
  replicationFactor: 1,
  settings,
})
/** The connection with some of its administration replaced, as when answers get lost on the way. */
const withAdmin = (change: Partial<TopicAdmin>): Connection => {
  const { broker } = bench.connection
  if (!broker.topicAdmin) throw new Error('the broker administers no topics')
  return { ...bench.connection, broker: { ...broker, topicAdmin: { ...broker.topicAdmin, ...change } } }
}

describe('a new topic', () => {
  it('is planned without being made, made once, and both are in the audit', async () => {
    const name = `made-${bench.suffix}`
    const change = await plan(create(name, { 'retention.ms': '3600000' }))
    expect(change).toMatchObject({ state: 'planned', undo: null })
    expect(refusals(change)).toEqual([])
    expect(await findTopic(name)).toBeUndefined()
    const [first, second] = await Promise.all([apply(change), apply(change)])
    expect([first.state, second.state].sort()[0]).toBe('done')
    expect((await apply(change)).state).toBe('done')
    expect((await findTopic(name))?.partitions).toHaveLength(2)
    expect((await valueOfSetting(name, 'retention.ms'))?.value).toBe('3600000')
    expect((await auditOf(name)).map(({ action, result }) => [action, result])).toEqual([
      ['create topic', 'allowed'],
      ['create topic', 'allowed'],
    ])
  })

  it('is refused at its fields, by rules of our own and by the broker', async () => {
    await makeTopic(`taken.${bench.suffix}`, 1)
    expect(refusals(await plan(create('or ders')))).toEqual(['topic name'])
    expect(refusals(await plan(create(`taken.${bench.suffix}`)))).toEqual(['topic exists'])
    expect(refusals(await plan(create(`taken_${bench.suffix}`)))).toEqual(['topic collision'])
    expect(refusals(await plan({ ...create('fine'), replicationFactor: 5 } as TopicChangeRequest))).toEqual([
      'replicationFactor replicas',
    ])
    expect(refusals(await plan(create('fine', { 'retention.ms': 'soon' })))).toEqual(['retention.ms value'])
    expect(refusals(await plan(create('fine', { 'no.such.setting': '1' })))).toEqual([
      'no.such.setting broker',
    ])
    const refused = await plan(create('or ders'))
    expect(await applyWith(bench.connection, refused)).toMatchObject({
      ok: false,
      error: { code: 'conflict' },
    })
  })

  it('conflicts when somebody else has made it meanwhile', async () => {
    const name = `raced-${bench.suffix}`
    const change = await plan(create(name))
    await makeTopic(name, 1)
    expect(await applyWith(bench.connection, change)).toMatchObject({
      ok: false,
      error: { code: 'conflict', detail: expect.stringContaining('was made since') },
    })
    expect((await auditOf(name)).at(-1)).toMatchObject({ result: 'refused' })
  })
})

describe('changed settings', () => {
  it('tell what a shorter retention deletes, are undone to what was there, and conflict when changed meanwhile', async () => {
    const topic = await makeTopic(`retained-${bench.suffix}`, 1, { 'max.message.bytes': '9000' })
    const dayAgo = BigInt(Date.now() - 86_400_000)
    await bench.send([
      outgoing(topic, { partition: 0, value: 'old', timestampMs: dayAgo }),
      outgoing(topic, { partition: 0, value: 'old too', timestampMs: dayAgo }),
      outgoing(topic, { partition: 0, value: 'new' }),
    ])
    const shorter: TopicChangeRequest = {
      action: 'change-settings',
      topic,
      settings: { 'retention.ms': '3600000', 'max.message.bytes': null },
    }
    const change = await plan(shorter)
    const stale = await plan(shorter)
    expect(change.plan.findings.find(({ code }) => code === 'deletes')?.sentence).toMatch(
      /from 7 d to 1 h deletes about 2 messages/,
    )
    expect(
      change.plan.settings.map(({ name, beforeReadable, afterReadable }) => [
        name,
        beforeReadable,
        afterReadable,
      ]),
    ).toEqual([
      ['retention.ms', '7 d', '1 h'],
      ['max.message.bytes', '9.00 kB', '16.7 MB'],
    ])
    const done = await apply(change)
    expect(done).toMatchObject({
      state: 'done',
      undo: { settings: { 'retention.ms': null, 'max.message.bytes': '9000' } },
    })
    expect((await valueOfSetting(topic, 'retention.ms'))?.value).toBe('3600000')
    expect(await applyWith(bench.connection, stale)).toMatchObject({
      ok: false,
      error: { code: 'conflict', detail: expect.stringContaining('retention.ms is 3600000 now') },
    })
    if (done.undo === null) throw new Error('it can be undone')
    await apply(await plan(done.undo))
    expect(await valueOfSetting(topic, 'retention.ms')).toMatchObject({
      value: '604800000',
      source: 'default',
    })
    expect(await valueOfSetting(topic, 'max.message.bytes')).toMatchObject({ value: '9000', source: 'topic' })
    expect(codes(await plan({ ...shorter, settings: { 'max.message.bytes': '9000' } }))).toContain(
      'no-change',
    )
  })
})

describe('more partitions', () => {
  it('warn of keys that move, and are added once', async () => {
    const topic = await makeTopic(`grown-${bench.suffix}`, 2)
    await bench.send([outgoing(topic, { key: 'k', value: 'v' })])
    const change = await plan({ action: 'add-partitions', topic, total: 4 })
    expect(codes(change)).toContain('keys-move')
    expect((await apply(change)).state).toBe('done')
    expect((await findTopic(topic))?.partitions).toHaveLength(4)
    expect(refusals(await plan({ action: 'add-partitions', topic, total: 4 }))).toEqual([
      'partitions not-more',
    ])
  })
})

describe('a deletion', () => {
  it('tells who reads it and what is gone, and meets only the topic that was seen', async () => {
    const topic = await makeTopic(`gone-${bench.suffix}`, 1)
    await bench.send([
      outgoing(topic, { partition: 0, value: 'a' }),
      outgoing(topic, { partition: 0, value: 'b' }),
    ])
    const group = `reader-${bench.suffix}`
    await commitOffsets(bench.brokers, group, topic, [1])
    const change = await plan({ action: 'delete', topic })
    expect(change.plan.effect).toBe(`Delete ${topic} and its 2 messages`)
    expect(change.plan.readers).toEqual([{ group, state: 'empty', lagMessages: '1' }])
    expect(codes(change)).toContain('unread')
    await bench.admin.deleteTopics({ topics: [topic] })
    await expect.poll(() => findTopic(topic)).toBeUndefined()
    await makeTopic(`gone-${bench.suffix}`, 1)
    expect(await applyWith(bench.connection, change)).toMatchObject({
      ok: false,
      error: { code: 'conflict', detail: expect.stringContaining('made anew') },
    })
    expect((await apply(await plan({ action: 'delete', topic }))).state).toBe('done')
    expect(await findTopic(topic)).toBeUndefined()
  })

  it('asks for the name where the environment is production', async () => {
    const topic = await makeTopic(`named-${bench.suffix}`, 1)
    const live: Connection = {
      ...bench.connection,
      environment: { name: 'live', colour: 'red', production: true },
    }
    const change = await planWith(live, { action: 'delete', topic })
    expect(change.plan.nameToType).toBe(topic)
    expect(await applyWith(live, change, 'orders')).toMatchObject({
      ok: false,
      error: { code: 'invalid-request' },
    })
    expect(await findTopic(topic)).toBeDefined()
    expect(await applyWith(live, change, topic)).toMatchObject({ ok: true, value: { state: 'done' } })
  })
})

describe('whatever the change', () => {
  it('is planned as refused on a read-only connection, and its execution refused with an audit entry', async () => {
    const topic = await makeTopic(`read-only-${bench.suffix}`, 1)
    const readOnly = { ...bench.connection, readOnly: true, broker: refuseWrites(bench.connection.broker) }
    const change = await planWith(readOnly, { action: 'delete', topic })
    expect(refusals(change)).toEqual(['null not-allowed'])
    // Also one that was planned while the connection was not read-only.
    const earlier = await plan({ action: 'delete', topic })
    expect(await applyWith(readOnly, earlier)).toMatchObject({
      ok: false,
      error: { code: 'read-only-connection' },
    })
    expect((await auditOf(topic)).map(({ result }) => result)).toEqual(['refused'])
    const direct = await readOnly.broker.topicAdmin?.delete({ name: topic, topicId: null }, bench.call())
    expect(direct).toMatchObject({ ok: false, error: { kind: 'denied' } })
    expect(await findTopic(topic)).toBeDefined()
  })

  it('is found out from the topic when the answer of the broker was lost', async () => {
    const lost = { ok: false, error: { kind: 'timeout', detail: 'no answer', source: 'broker' } } as const
    const name = `lost-${bench.suffix}`
    const { topicAdmin } = bench.connection.broker
    const made = withAdmin({
      create: async (topic, call) => {
        const answer = await topicAdmin?.create(topic, call)
        return call.validateOnly && answer ? answer : lost
      },
    })
    expect(await applyWith(made, await plan(create(name)))).toMatchObject({
      ok: true,
      value: { state: 'done' },
    })
    const never = withAdmin({ create: async () => lost })
    const other = await plan(create(`never-${bench.suffix}`))
    expect(await applyWith(never, other)).toMatchObject({
      ok: true,
      value: { state: 'failed', failure: expect.stringContaining('does not show the change') },
    })
    expect((await auditOf(`never-${bench.suffix}`)).map(({ result }) => result)).toEqual([
      'allowed',
      'failed',
    ])
  })

  it('is settled later when the process that made it was lost', async () => {
    const { pool } = bench.database.db
    const change = await plan(create(`crashed-${bench.suffix}`))
    await pool.query(
      `UPDATE topic_change SET state = 'running', started_at = now() - interval '2 minutes', applied_by = 'ada' WHERE id = $1`,
      [change.id],
    )
    expect(await showTopicChange(bench.deps, bench.connection, change.id, bench.call())).toMatchObject({
      ok: true,
      value: { state: 'failed', failure: expect.stringContaining('was lost') },
    })
    expect(await auditOf(`crashed-${bench.suffix}`)).toMatchObject([{ actor: 'ada', result: 'failed' }])
  })

  it('changes nothing of which the audit does not tell', async () => {
    const { pool } = bench.database.db
    const name = `unheard-${bench.suffix}`
    const change = await plan(create(name))
    await pool.query('ALTER TABLE audit_entry ADD CONSTRAINT closed CHECK (false) NOT VALID')
    await expect(applyWith(bench.connection, change)).rejects.toThrow('closed')
    await pool.query('ALTER TABLE audit_entry DROP CONSTRAINT closed')
    expect(await findTopic(name)).toBeUndefined()
    expect((await apply(change)).state).toBe('done')
  })

  it('is not made from a plan that is older than an hour', async () => {
    const { pool } = bench.database.db
    const change = await plan(create(`old-${bench.suffix}`))
    await pool.query(`UPDATE topic_change SET planned_at = now() - interval '2 hours' WHERE id = $1`, [
      change.id,
    ])
    expect(await applyWith(bench.connection, change)).toMatchObject({
      ok: false,
      error: { code: 'conflict', detail: expect.stringContaining('older than an hour') },
    })
  })
})
