import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openDatabase } from '#server/repositories/database.ts'
import { startTcpFaultProxy, type TcpFaultProxy } from './fault-proxy.ts'

describe('a line that fails as told', () => {
  const real = new URL(inject('databaseUrl'))
  let proxy: TcpFaultProxy
  let url: string
  const ask = async (): Promise<string> => {
    const db = openDatabase(url, 1)
    try {
      return (await db.pool.query('SELECT 1')).rowCount === 1 ? 'answered' : 'nothing'
    } catch {
      return 'failed'
    } finally {
      await db.close()
    }
  }

  beforeAll(async () => {
    proxy = await startTcpFaultProxy({ host: real.hostname, port: Number(real.port) })
    url = Object.assign(new URL(real), { port: String(proxy.port) }).href
  })
  afterAll(() => proxy.stop())

  it('passes through, is cut, and heals', async () => {
    expect(await ask()).toBe('answered')
    proxy.cut()
    expect(await ask()).toBe('failed')
    proxy.heal()
    expect(await ask()).toBe('answered')
  })

  it('is slow', async () => {
    proxy.delay(150)
    const startedAt = performance.now()
    expect(await ask()).toBe('answered')
    expect(performance.now() - startedAt).toBeGreaterThan(300)
    proxy.heal()
  })
})
