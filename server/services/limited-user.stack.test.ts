import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AclEntry,
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ResourcePatternTypes,
} from 'kafkajs'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { makeKafkaAdapter } from '#server/adapters/kafka/make-kafka-adapter.ts'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { TopicChangeRequest } from '#server/contracts/topic-changes.ts'
import { readReplay } from '#server/repositories/replays.ts'
import { type RunningStack, startStack } from '#server/sandbox/stack/start-stack.ts'
import { type Bench, openBench } from './dead-letter-fixture.ts'
import type { Connection } from './deps.ts'
import { planTopicChange } from './plan-topic-change.ts'
import { follow, itemsOf, makeLetters, planOf, recordsOf, sendAll, start } from './replay-fixture.ts'
import { patience } from './replay-step.ts'

const user = { username: 'limited', password: 'limited-secret' }
const limits = { ...patience, deniedMs: 1_500 }

describe('a user whom access control lists limit', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-limited-'))
  let stack: RunningStack
  let bench: Bench
  let limited: Connection

  beforeAll(async () => {
    stack = await startStack({ dataDir, parts: ['kafka'], limitedUser: user })
    bench = await openBench(stack.brokers, inject('databaseUrl'))
    const config = connectionConfig.parse({
      id: bench.connection.id,
      name: 'Limited',
      brokers: stack.limitedBrokers,
      sasl: { mechanism: 'PLAIN', ...user },
    })
    limited = { ...bench.connection, broker: makeKafkaAdapter(config) }
  })
  afterAll(async () => {
    await limited?.broker.dispose()
    await bench?.dispose()
    await stack?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const anything = {
    resourceType: AclResourceTypes.ANY,
    resourcePatternType: ResourcePatternTypes.ANY,
    operation: AclOperationTypes.ANY,
    permissionType: AclPermissionTypes.ANY,
  }
  const change = async (work: () => Promise<unknown>) => {
    await work()
    // A broker follows its controller a moment later.
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  const clear = () => change(() => bench.admin.deleteAcls({ filters: [anything] }))
  afterEach(clear)

  /** Of a topic, or of all, only this much. */
  const allowOnly = (topic: string, ...operations: readonly AclOperationTypes[]) =>
    change(() =>
      bench.admin.createAcls({
        acl: operations.map(
          (operation): AclEntry => ({
            resourceType: AclResourceTypes.TOPIC,
            resourceName: topic,
            resourcePatternType: ResourcePatternTypes.LITERAL,
            principal: `User:${user.username}`,
            host: '*',
            operation,
            permissionType: AclPermissionTypes.ALLOW,
          }),
        ),
      }),
    )

  it('is told which rights are missing', async () => {
    await makeLetters(bench, 'rights', 1)
    const all = await limited.broker.capabilities(bench.call())
    expect([all['read-messages'].state, all.publish.state]).toEqual(['yes', 'yes'])
    await allowOnly('*', AclOperationTypes.READ)
    const reading = await limited.broker.capabilities(bench.call())
    expect(reading['read-messages']).toEqual({ state: 'yes' })
    expect(reading.publish).toEqual({
      state: 'denied',
      why: expect.stringContaining('no Write right on any'),
    })
    await clear()
    await allowOnly('*', AclOperationTypes.DESCRIBE)
    const seeing = await limited.broker.capabilities(bench.call())
    expect(seeing['list-topics']).toEqual({ state: 'yes' })
    expect(seeing['read-messages']).toMatchObject({
      state: 'denied',
      why: expect.stringContaining('no Read'),
    })
  })

  it('is told which changes of topics it may not make, in the plan and by the broker', async () => {
    const topic = await bench.makeTopic(`guarded-${bench.suffix}`, 1)
    const plan = async (request: TopicChangeRequest) => {
      const planned = await planTopicChange(bench.deps, limited, bench.actor, request, bench.call())
      if (!planned.ok) throw new Error(planned.error.detail)
      return planned.value.plan.findings.filter(({ severity }) => severity === 'refused')
    }
    const requests: readonly TopicChangeRequest[] = [
      { action: 'change-settings', topic, settings: { 'retention.ms': '1000' } },
      { action: 'add-partitions', topic, total: 2 },
      { action: 'delete', topic },
    ]
    for (const request of requests) expect(await plan(request)).toEqual([])
    await allowOnly('*', AclOperationTypes.READ, AclOperationTypes.DESCRIBE_CONFIGS)
    await change(() =>
      bench.admin.createAcls({
        acl: [
          {
            resourceType: AclResourceTypes.CLUSTER,
            resourceName: 'kafka-cluster',
            resourcePatternType: ResourcePatternTypes.LITERAL,
            principal: `User:${user.username}`,
            host: '*',
            operation: AclOperationTypes.DESCRIBE,
            permissionType: AclPermissionTypes.ALLOW,
          },
        ],
      }),
    )
    const all = await limited.broker.capabilities(bench.call())
    for (const name of ['delete-topics', 'change-topic-settings', 'add-partitions', 'create-topics'] as const)
      expect(all[name]).toMatchObject({ state: 'denied', why: expect.stringContaining('right on any of') })
    const sentences = await Promise.all(requests.map(plan))
    expect(sentences.flat().map(({ sentence }) => sentence)).toEqual([
      `This user has no AlterConfigs right on ${topic}.`,
      `This user has no Alter right on ${topic}.`,
      `This user has no Delete right on ${topic}.`,
    ])
    const { topicAdmin } = limited.broker
    const directly = [
      await topicAdmin?.changeSettings(topic, new Map([['retention.ms', '1000']]), bench.call()),
      await topicAdmin?.addPartitions(topic, 2, bench.call()),
      await topicAdmin?.delete({ name: topic, topicId: null }, bench.call()),
    ]
    for (const answer of directly) expect(answer).toMatchObject({ ok: false, error: { kind: 'denied' } })
    const [creation] = await plan({
      action: 'create',
      topic: `denied-${bench.suffix}`,
      partitions: 1,
      replicationFactor: 1,
      settings: {},
    })
    expect(creation).toMatchObject({ code: 'broker', sentence: expect.stringContaining('this user may not') })
  })

  it('gets a plan that refuses a target to which it may not write', async () => {
    const { origin, letters } = await makeLetters(bench, 'plan', 3)
    await allowOnly(origin, AclOperationTypes.READ)
    const plan = await planOf(bench, letters, { connection: limited })
    expect(plan.ready).toBe(0)
    expect(plan.findings.map(({ severity, code, count }) => [severity, code, count])).toEqual([
      ['refused', 'target-denied', 3],
    ])
  })

  it('has a replay that fails soon, with the reason, when the right is taken from it', async () => {
    const { origin, letters } = await makeLetters(bench, 'taken', 3)
    const replay = await start(bench, await planOf(bench, letters, { connection: limited }))
    await allowOnly(origin, AclOperationTypes.READ)
    const startedAt = performance.now()
    await sendAll(bench, replay.id, limited, { limits })
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(await follow(bench, replay.id)).toBe(false)
    const { rows } = await bench.deps.db.pool.query<{ state: string; loss: string }>(
      'SELECT state, loss FROM replay WHERE id = $1',
      [replay.id],
    )
    expect(rows[0]).toMatchObject({ state: 'failed', loss: expect.stringContaining('no Write right') })
    for (const { outcome, proof } of await itemsOf(bench, replay.id))
      expect([outcome, proof]).toEqual([
        'FAILED',
        expect.stringContaining(`this user has no Write right on ${origin}`),
      ])
  })

  const resource = (resourceType: AclResourceTypes, resourceName: string, principal: string) => ({
    resourceType,
    resourceName,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${principal}`,
    host: '*',
    permissionType: AclPermissionTypes.ALLOW,
  })
  const allow = (...acl: readonly AclEntry[]) => change(() => bench.admin.createAcls({ acl: [...acl] }))
  const sendingOf = async (id: string) => (await readReplay(bench.deps.db, id))?.sending
  const transactionalIds = (principal: string, operation: AclOperationTypes): AclEntry => ({
    ...resource(AclResourceTypes.TRANSACTIONAL_ID, '*', principal),
    operation,
  })

  it('gets copies at least once without the right to transactional ids, and is told so before and after', async () => {
    const { origin, letters } = await makeLetters(bench, 'no-ids', 3)
    await allow(transactionalIds('somebody-else', AclOperationTypes.WRITE))
    const plan = await planOf(bench, letters, { connection: limited })
    expect(plan.guarantee).toMatch(/^At least once: .*this user may not use it; transactions need DESCRIBE/)
    const replay = await start(bench, plan)
    await sendAll(bench, replay.id, limited, { limits })
    expect(await sendingOf(replay.id)).toEqual(plan.sending)
    expect(await recordsOf(bench, origin)).toHaveLength(3)
  })

  it('learns only when it sends that it may see transactional ids and not use them', async () => {
    const { origin, letters } = await makeLetters(bench, 'see-ids', 3)
    await allow(transactionalIds(user.username, AclOperationTypes.DESCRIBE))
    const plan = await planOf(bench, letters, { connection: limited })
    expect(plan.sending?.mode).toBe('transactions')
    const replay = await start(bench, plan)
    await sendAll(bench, replay.id, limited, { limits })
    expect(await sendingOf(replay.id)).toMatchObject({
      mode: 'at-least-once',
      why: expect.stringContaining('this user may not use it'),
    })
    expect(await recordsOf(bench, origin)).toHaveLength(3)
  })

  it('is told that it may neither make the ledger nor write to one that is there', async () => {
    const { letters } = await makeLetters(bench, 'no-ledger', 3)
    const ledgerTopic = `denied-ledger-${bench.suffix}` as TopicName
    const connection = { ...limited, ledgerTopic }
    const guard = (name: string, operation: AclOperationTypes): AclEntry => ({
      ...resource(AclResourceTypes.TOPIC, name, user.username),
      operation,
    })
    await allow(guard(ledgerTopic, AclOperationTypes.READ), {
      ...resource(AclResourceTypes.CLUSTER, 'kafka-cluster', user.username),
      operation: AclOperationTypes.DESCRIBE,
    })
    const missing = await planOf(bench, letters, { connection })
    expect(missing.sending).toEqual({
      mode: 'at-least-once',
      why: `the ledger topic ${ledgerTopic} does not exist, and this user may not create it (Create on the topic or the cluster is needed)`,
    })
    await bench.makeTopic(ledgerTopic, 1, { 'cleanup.policy': 'compact' })
    const unwritable = await planOf(bench, letters, { connection })
    expect(unwritable.sending).toEqual({
      mode: 'at-least-once',
      why: `this user has no Write right on the ledger topic ${ledgerTopic}`,
    })
  })

  it('has a replay that goes on when the right is given back in time', async () => {
    const { origin, letters } = await makeLetters(bench, 'given', 3)
    const replay = await start(bench, await planOf(bench, letters, { connection: limited }))
    await allowOnly(origin, AclOperationTypes.READ)
    const sent = sendAll(bench, replay.id, limited, { limits: { ...limits, deniedMs: 20_000 } })
    await new Promise((resolve) => setTimeout(resolve, 500))
    await clear()
    await sent
    const outcomes = (await itemsOf(bench, replay.id)).map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['SENT', 'SENT', 'SENT'])
  })
})
