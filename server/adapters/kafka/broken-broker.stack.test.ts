import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect as connectTo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import { browseBudget } from '#server/ports/call.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { OutgoingMessage } from '#server/ports/publisher.ts'
import { freezeProcess } from '#server/sandbox/stack/freeze-process.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { type RunningStack, startStack } from '#server/sandbox/stack/start-stack.ts'
import { collectScan } from '#server/services/collect-scan.ts'
import { expectOk } from './broker-contract.ts'
import { makeKafkaAdapter } from './make-kafka-adapter.ts'

const topic = 'broken' as TopicName
const call = () => ({ signal: AbortSignal.timeout(20_000) })
const message = (value: string): OutgoingMessage => ({
  topic,
  partition: 0,
  key: null,
  value: Buffer.from(value),
  headers: [],
  timestampMs: null,
})

/** Passes bytes through to a broker, but lets it say of one request that it only knows versions up to `most`. */
const startOldBroker = async (port: number, key: number, most: number): Promise<Server> => {
  const server = createServer((client) => {
    const broker = connectTo(port, '127.0.0.1')
    client.on('data', (piece) => broker.write(piece))
    client.on('close', () => broker.destroy())
    client.on('error', () => broker.destroy())
    broker.on('error', () => client.destroy())
    let isFirst = true
    broker.on('data', (piece) => {
      // The first answer is that to ApiVersions v1: size, correlation, error, count, then (key, least, most) each.
      if (isFirst)
        for (let at = 14; at + 6 <= piece.length; at += 6)
          if (piece.readInt16BE(at) === key) piece.writeInt16BE(most, at + 4)
      isFirst = false
      client.write(piece)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

describe('a broker', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-broken-'))
  let stack: RunningStack
  const adapterOf = (brokers: string) =>
    makeKafkaAdapter(connectionConfig.parse({ id: 'broken', name: 'Broken', brokers }))
  const createTopic = async (name: string) => {
    const admin = new Kafka({ brokers: [stack.brokers], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    await makeTopics(admin, [{ topic: name, numPartitions: 1 }])
    await admin.disconnect()
  }
  const pidOfKafka = () => Number.parseInt(readFileSync(join(dataDir, 'kafka.pid'), 'utf8'), 10)

  beforeAll(async () => {
    stack = await startStack({ dataDir, parts: ['kafka'] })
    await createTopic(topic)
  })
  afterAll(async () => {
    await stack?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('that hangs in one send does not hold a caller who gives up on the next, and that one is never sent', async () => {
    const adapter = adapterOf(stack.brokers)
    const send = (value: string, signal: AbortSignal) => adapter.publisher?.send([message(value)], { signal })
    expect((await send('first', call().signal))?.ok).toBe(true)
    await freezeProcess(pidOfKafka())
    const hung = send('hung', AbortSignal.timeout(30_000))
    const controller = new AbortController()
    const startedAt = performance.now()
    const waiting = send('given up', controller.signal)
    setTimeout(() => controller.abort(new Error('the tab was closed')), 300)
    const answer = await waiting
    const readAt = new AbortController()
    setTimeout(() => readAt.abort(new Error('the tab was closed')), 300)
    const read = await adapter.messages?.readAt(topic, 0, 0n, { signal: readAt.signal })
    const waitedMs = performance.now() - startedAt
    process.kill(pidOfKafka(), 'SIGCONT')
    expect(waitedMs).toBeLessThan(3_000)
    expect(answer?.ok ? 'sent' : answer?.error.kind).toBe('timeout')
    expect(read?.ok ? 'read' : read?.error.kind).toBe('timeout')
    expect((await hung)?.ok).toBe(true)
    expect((await send('last', call().signal))?.ok).toBe(true)
    const page = await collectScan(
      adapter.messages as MessageReader,
      { topics: [{ topic }], order: 'newest', limit: 10, budget: browseBudget },
      call(),
    )
    const values = expectOk(page).messages.map(({ value }) => Buffer.from(value ?? []).toString())
    expect(values).toEqual(['last', 'hung', 'first'])
    await adapter.dispose()
  })

  it('that is too old for a request is said to be, with what is needed', async () => {
    const metadata = 3
    const old = await startOldBroker(stack.ports.kafka, metadata, 9)
    const { port } = old.address() as { port: number }
    const adapter = adapterOf(`127.0.0.1:${port}`)
    const listed = await adapter.topics.list(call())
    expect(listed.ok ? null : listed.error).toMatchObject({ kind: 'unsupported' })
    expect(listed.ok ? '' : listed.error.detail).toMatch(
      /Metadata version 12 \(it offers versions 0 to 9\); Kafka 3\.1 or newer is needed/,
    )
    await adapter.dispose()
    await new Promise((resolve) => old.close(resolve))
  })

  it('is asked anew where it matters, and its death is not hidden by what it said before', async () => {
    const adapter = adapterOf(stack.brokers)
    const names = async (maxAgeMs?: number) =>
      expectOk(await adapter.topics.list({ ...call(), ...(maxAgeMs === undefined ? {} : { maxAgeMs }) })).map(
        ({ name }) => name,
      )
    expect(await names()).toContain(topic)
    await createTopic('new-born')
    expect(await names(0)).toContain('new-born')
    await stack.stopPart('kafka', 'kill')
    // As soon as the lost connection was noticed; what it said before would have been served for five seconds.
    await vi.waitFor(async () => {
      const dead = await adapter.topics.list(call())
      expect(dead.ok ? 'listed' : dead.error.kind).toBe('unreachable')
    }, 1_500)
    await adapter.dispose()
  })
})
