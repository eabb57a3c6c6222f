import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import { readEnv } from '#server/env.ts'
import { openDatabase } from '#server/repositories/database.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { startTcpFaultProxy, type TcpFaultProxy } from '#server/sandbox/stack/fault-proxy.ts'
import { localOperator } from './actor.ts'
import { perform } from './operation.ts'
import { operations } from './operations.ts'

let database: TestDatabase
let proxy: TcpFaultProxy

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  const url = new URL(database.url)
  proxy = await startTcpFaultProxy({ host: url.hostname, port: Number(url.port) })
  url.host = `127.0.0.1:${proxy.port}`
  const kept = globalThis as { spillwayComposition?: ReturnType<typeof compose> }
  kept.spillwayComposition = compose(readEnv({ DATABASE_URL: url.href }), {
    connections: [connectionConfig.parse({ id: 'local', name: 'Local', brokers: inject('brokers') })],
  })
})
afterAll(async () => {
  await proxy?.stop()
  await database?.drop()
})

const asked = { params: { connection: 'local' }, query: {}, body: undefined }
const show = (signal: AbortSignal) => perform(operations.showOverview, localOperator, asked, signal)

describe('a database that is frozen', () => {
  it('lets every page answer at its deadline', async () => {
    expect(await show(AbortSignal.timeout(10_000))).toMatchObject({ ok: true })
    proxy.delay(30_000)
    const startedAt = performance.now()
    const late = await Promise.race([
      show(AbortSignal.timeout(1_000)),
      new Promise((resolve) => setTimeout(() => resolve('hangs'), 4_000)),
    ])
    expect(late).toMatchObject({ ok: false, error: { code: 'deadline-exceeded' } })
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  })
})

describe('a statement of the pool', () => {
  it('is ended by the server when it takes too long, and says so', async () => {
    const db = openDatabase(database.url)
    try {
      await expect(db.pool.query('SELECT pg_sleep(30)')).rejects.toMatchObject({ code: '57014' })
    } finally {
      await db.close()
    }
  })
})
