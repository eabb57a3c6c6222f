import { metadataV12 } from '@platformatic/kafka'
import { describe, expect, inject, it } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import { KafkaClient } from './client.ts'

const brokers = inject('brokers')
const [host = '', port = ''] = (brokers.split(',')[0] ?? '').split(':')
const address = { host, port: Number(port) }
const makeClient = () => new KafkaClient(connectionConfig.parse({ id: 'test', name: 'Test', brokers }))

describe('the connections to a cluster', () => {
  it('are one a broker, also for callers that come at the same time', async () => {
    const client = makeClient()
    const connections = await Promise.all(Array.from({ length: 5 }, () => client.connect(address)))
    expect(new Set(connections).size).toBe(1)
    await client.dispose()
    expect(connections.map((one) => one.isConnected())).toEqual([false, false, false, false, false])
  })

  it('are opened anew when lost, once for all who ask', async () => {
    const client = makeClient()
    const lost = await client.connect(address)
    await lost.close()
    const connections = await Promise.all(Array.from({ length: 3 }, () => client.connect(address)))
    expect(new Set(connections).size).toBe(1)
    expect([connections[0] === lost, connections[0]?.isConnected()]).toEqual([false, true])
    await client.dispose()
  })

  it('leave no failure behind that nobody hears of when a caller has given up before it asks', async () => {
    const client = makeClient()
    const unheard: unknown[] = []
    const hear = (error: unknown): void => void unheard.push(error)
    process.on('unhandledRejection', hear)
    await client.connect(address)
    await expect(client.ask(null, AbortSignal.abort(), metadataV12.api, null, false, false)).rejects.toThrow(
      'given up',
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    process.off('unhandledRejection', hear)
    expect(unheard).toEqual([])
    await client.dispose()
  })

  it('are closed on dispose although they were still opening, and none is opened after', async () => {
    const client = makeClient()
    const opening = client.connect(address)
    const outcome = opening.then(
      (connection) => connection.isConnected(),
      () => false,
    )
    await client.dispose()
    expect(await outcome).toBe(false)
    await expect(client.connect(address)).rejects.toThrow('were closed')
  })
})
