import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { startTcpFaultProxy, type TcpFaultProxy } from '#server/sandbox/stack/fault-proxy.ts'
import { type Change, listenForChanges } from './listen.ts'
import { notifyChanged } from './notify.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase
let proxy: TcpFaultProxy
let url: string
const stops: (() => Promise<void>)[] = []

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  const direct = new URL(database.url)
  proxy = await startTcpFaultProxy({ host: direct.hostname, port: Number(direct.port) })
  direct.host = `127.0.0.1:${proxy.port}`
  url = direct.href
})
afterEach(async () => {
  proxy.heal()
  for (const stop of stops.splice(0)) await stop()
})
afterAll(async () => {
  await proxy?.stop()
  await database?.drop()
})

const listen = async () => {
  const heard: Change[] = []
  const lost: Error[] = []
  const stop = await listenForChanges(url, {
    onChange: (change) => heard.push(change),
    onLost: (error) => lost.push(error),
  })
  stops.push(stop)
  return { heard, lost, stop }
}
const listening = async (): Promise<number> => {
  const { rows } = await database.db.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
  )
  return rows[0]?.n ?? 0
}

describe('listening', () => {
  it('anew is not disturbed by the late end of the connection before', async () => {
    const first = await listen()
    // The end of the first arrives 500 ms after the second listens.
    proxy.delay(500)
    const ended = first.stop()
    proxy.heal()
    const second = await listen()
    await ended
    await new Promise((resolve) => setTimeout(resolve, 800))
    expect(second.lost).toEqual([])
    await notifyChanged(database.db, 'groups', 'local')
    await expect.poll(() => second.heard).toEqual([{ noun: 'groups', connection: 'local' }])
    await listen()
    expect(await listening()).toBe(1)
  })

  it('is told once when its connection is lost, and can begin anew', async () => {
    const first = await listen()
    proxy.cut()
    await expect.poll(() => first.lost.length).toBe(1)
    await expect(listen()).rejects.toThrow()
    proxy.heal()
    await listen()
    expect(first.lost).toHaveLength(1)
  })
})
