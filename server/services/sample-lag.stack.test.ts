import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Composition, compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import { readEnv } from '#server/env.ts'
import { beat } from '#server/repositories/heartbeats.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { startTwoBrokers, type TwoBrokers } from '#server/sandbox/stack/two-brokers.ts'
import { ensurePartitions } from './ensure-partitions.ts'
import { type HeldLease, holdLease } from './hold-lease.ts'
import { sampleLag } from './sample-lag.ts'
import { showOverview } from './show-overview.ts'

describe('sampling with a partition that has no leader', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-leaderless-'))
  const call = () => ({ signal: AbortSignal.timeout(15_000) })
  let cluster: TwoBrokers
  let database: TestDatabase
  let composition: Composition
  let lease: HeldLease

  beforeAll(async () => {
    cluster = await startTwoBrokers(dataDir)
    const admin = new Kafka({ brokers: [cluster.brokers], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    await makeTopics(admin, [
      { topic: 'near', replicaAssignment: [{ partition: 0, replicas: [1] }] },
      { topic: 'far', replicaAssignment: [{ partition: 0, replicas: [2] }] },
    ])
    await admin.disconnect()
    database = await createTestDatabase(inject('databaseUrl'))
    composition = compose(readEnv({ DATABASE_URL: database.url }), {
      connections: [connectionConfig.parse({ id: 'two', name: 'Two', brokers: cluster.brokers })],
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
    await cluster?.stop()
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
    await cluster.stopSecond()
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    const after = await sampleAndShow()
    expect(after.sampled).toMatchObject({ ok: true, value: { topics: 1 } })
    const [trouble] = ofLag(after)
    expect(trouble).toMatchObject({ kind: 'not-checked', title: 'Not fully checked: consumer lag' })
    expect(trouble?.cause).toContain('far')
    expect(trouble?.sinceMs).toBeLessThanOrEqual(wholeAtMs)
  })
})
