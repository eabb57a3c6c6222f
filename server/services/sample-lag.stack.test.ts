import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Composition, compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import { readEnv } from '#server/env.ts'
import { beat } from '#server/repositories/heartbeats.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { ensureArtifact } from '#server/sandbox/stack/artifacts.ts'
import { findFreePort } from '#server/sandbox/stack/free-port.ts'
import { startKafka } from '#server/sandbox/stack/kafka.ts'
import type { PartProcess } from '#server/sandbox/stack/part-process.ts'
import { type RunningStack, startStack } from '#server/sandbox/stack/start-stack.ts'
import { ensurePartitions } from './ensure-partitions.ts'
import { type HeldLease, holdLease } from './hold-lease.ts'
import { sampleLag } from './sample-lag.ts'
import { showOverview } from './show-overview.ts'

describe('sampling with a partition that has no leader', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-leaderless-'))
  const call = () => ({ signal: AbortSignal.timeout(15_000) })
  let stack: RunningStack
  let second: PartProcess
  let database: TestDatabase
  let composition: Composition
  let lease: HeldLease

  beforeAll(async () => {
    stack = await startStack({ dataDir, parts: ['kafka'] })
    const properties = readFileSync(join(dataDir, 'kafka.properties'), 'utf8')
    second = await startKafka({
      dataDir: join(dataDir, 'second'),
      jars: await ensureArtifact('kafka', { onProgress: () => {} }),
      port: await findFreePort(),
      controllerPort: Number(/voters=1@127\.0\.0\.1:(\d+)/.exec(properties)?.[1]),
      joins: dataDir,
    })
    const admin = new Kafka({ brokers: [stack.brokers], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    await admin.createTopics({
      topics: [
        { topic: 'near', replicaAssignment: [{ partition: 0, replicas: [1] }] },
        { topic: 'far', replicaAssignment: [{ partition: 0, replicas: [2] }] },
      ],
      waitForLeaders: true,
    })
    await admin.disconnect()
    database = await createTestDatabase(inject('databaseUrl'))
    composition = compose(readEnv({ DATABASE_URL: database.url }), {
      connections: [connectionConfig.parse({ id: 'two', name: 'Two', brokers: stack.brokers })],
    })
    await ensurePartitions(composition.deps)
    const taken = await holdLease(composition.deps, 'sample-lag:two', 'test')
    if (!taken) throw new Error('the lease was free')
    lease = taken
  })
  afterAll(async () => {
    await lease?.release()
    await composition?.dispose()
    await database?.drop()
    await second?.stop('kill')
    // Alone, the first would wait long for the second before it shut down.
    await stack?.stopPart('kafka', 'kill')
    await stack?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const sampleAndShow = async () => {
    const { deps } = composition
    const [connection] = deps.connections
    if (!connection) throw new Error('the test has one connection')
    await beat(deps.db, 'test')
    const sampled = await sampleLag(deps, connection, { withSizes: false, lease }, call())
    const shown = await showOverview(deps, connection, call())
    if (!shown.ok) throw new Error(shown.error.detail)
    return { sampled, troubles: shown.value.data.troubles }
  }
  const ofLag = ({ troubles }: Awaited<ReturnType<typeof sampleAndShow>>) =>
    troubles.filter(({ title }) => title.endsWith('consumer lag'))

  it('is not called whole: the overview says what was left out, and since when', async () => {
    expect(ofLag(await sampleAndShow())).toEqual([])
    const wholeAtMs = Date.now()
    await second.stop('kill')
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    const after = await sampleAndShow()
    expect(after.sampled).toMatchObject({ ok: true, value: { topics: 1 } })
    const [trouble] = ofLag(after)
    expect(trouble).toMatchObject({ kind: 'not-checked', title: 'Not fully checked: consumer lag' })
    expect(trouble?.cause).toContain('far')
    expect(trouble?.sinceMs).toBeLessThanOrEqual(wholeAtMs)
  })
})
