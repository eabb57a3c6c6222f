import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { Composition } from '#server/composition.ts'
import { exportMessagesQuery } from '#server/contracts/export-messages.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { type RunningStack, startStack } from '#server/sandbox/stack/start-stack.ts'
import { composeLocal, meansOf, quietKafka } from './console-fixture.ts'
import { exportMessages } from './export-messages.ts'
import { showExport } from './show-export.ts'

const topic = 'exported'
const messages = 60_000
const exportId = 'a1b2c3d4e5f60718'
const dataDir = mkdtempSync(join(tmpdir(), 'spillway-export-'))

let database: TestDatabase
let stack: RunningStack
let composition: Composition

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  stack = await startStack({ dataDir, parts: ['kafka'] })
  const { brokers } = stack
  composition = composeLocal(database, brokers, inject('registryUrl'))
  const kafka = quietKafka(brokers)
  const admin = kafka.admin()
  await admin.connect()
  await makeTopics(admin, [{ topic, numPartitions: 2 }])
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  const value = 'x'.repeat(1_000)
  for (let sent = 0; sent < messages; sent += 1_000)
    await producer.send({
      topic,
      messages: Array.from({ length: 1_000 }, (_, index) => ({ value, partition: index % 2 })),
    })
  await producer.disconnect()
}, 240_000)
afterAll(async () => {
  await composition?.dispose()
  await stack?.stop()
  await database?.drop()
  rmSync(dataDir, { recursive: true, force: true })
})

it('a broker that goes midway cuts the file short: its last line and who follows it say so', async () => {
  const [means, connection] = meansOf(composition)
  // So long it waits for the broker to come back.
  const deps = { ...means, searchLimits: { ...means.searchLimits, durationMs: 6_000 } }
  const query = exportMessagesQuery.parse({ topics: topic, limit: String(messages), exportId })
  const opened = await exportMessages(deps, connection, query, { signal: AbortSignal.timeout(150_000) })
  if (!opened.ok) throw new Error(opened.error.detail)
  const parts: Uint8Array[] = []
  for await (const part of opened.value.chunks) {
    parts.push(part)
    if (parts.length === 2) {
      expect(await showExport(deps, connection, exportId)).toMatchObject({ value: { state: 'running' } })
      await stack.stopPart('kafka', 'kill')
    }
  }
  const lines = Buffer.concat(parts).toString('utf8').trimEnd().split('\n')
  const { scan } = JSON.parse(lines.at(-1) ?? '')
  expect(scan).toMatchObject({ complete: false, stop: 'error', exported: lines.length - 1 })
  expect(lines.length - 1).toBeLessThan(messages)
  const shown = await showExport(deps, connection, exportId)
  expect(shown).toMatchObject({ value: { state: 'failed', rows: lines.length - 1, report: scan } })
  console.log(scan.problem ?? scan.errors[0]?.detail)
}, 180_000)
