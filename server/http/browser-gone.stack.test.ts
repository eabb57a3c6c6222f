import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Composition, compose } from '#server/composition.ts'
import { connectionConfig } from '#server/config.ts'
import { readEnv } from '#server/env.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { startTcpFaultProxy, type TcpFaultProxy } from '#server/sandbox/stack/fault-proxy.ts'
import { findFreePort } from '#server/sandbox/stack/free-port.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { type RunningStack, startStack } from '#server/sandbox/stack/start-stack.ts'
import { sse } from './sse.ts'
import { streamOperations } from './stream-operations.ts'

const topic = 'left-alone'
/** Of each piece of at most 64 kB: what is asked for takes seconds to come. */
const heldBackMs = 8
/** What the product promises. */
const promisedMs = 100
const rounds = 3

describe('a browser that goes', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-gone-'))
  let stack: RunningStack
  let proxy: TcpFaultProxy
  let database: TestDatabase
  let composition: Composition

  beforeAll(async () => {
    const kafkaProxyPort = await findFreePort()
    stack = await startStack({ dataDir, parts: ['kafka'], kafkaProxyPort })
    proxy = await startTcpFaultProxy({ host: '127.0.0.1', port: stack.kafkaProxyTarget ?? 0 }, kafkaProxyPort)
    database = await createTestDatabase(inject('databaseUrl'))
    composition = compose(readEnv({ DATABASE_URL: database.url }), {
      connections: [
        connectionConfig.parse({ id: 'local', name: 'Local', brokers: `127.0.0.1:${kafkaProxyPort}` }),
      ],
    })
    const kept = globalThis as { spillwayComposition?: Composition }
    kept.spillwayComposition = composition
    const kafka = new Kafka({ brokers: [stack.brokers], logLevel: logLevel.NOTHING })
    const admin = kafka.admin()
    await admin.connect()
    await makeTopics(admin, [{ topic, numPartitions: 1 }])
    await admin.disconnect()
    const producer = kafka.producer()
    await producer.connect()
    const value = Buffer.alloc(10_000, 'x')
    for (let sent = 0; sent < 6_000; sent += 90)
      await producer.send({ topic, messages: Array.from({ length: 90 }, () => ({ value })) })
    await producer.disconnect()
  })
  afterAll(async () => {
    await composition?.dispose()
    await database?.drop()
    await proxy?.stop()
    await stack?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const doors = {
    searchMessages: { path: 'search', answer: sse(streamOperations.searchMessages) },
    tailMessages: { path: 'tail', answer: sse(streamOperations.tailMessages) },
  } as const

  /** Opens a stream and reads it until records have been asked for, as a browser does, and on. */
  const open = async (stream: keyof typeof doors) => {
    const leaving = new AbortController()
    const { path, answer } = doors[stream]
    const response = await answer(
      new Request(`http://localhost/api/local/messages/${path}?topics=${topic}&search=nowhere`, {
        signal: leaving.signal,
      }),
      { params: Promise.resolve({ connection: 'local' }) },
    )
    const reader = response.body?.getReader()
    if (!response.ok || !reader) throw new Error(await response.text())
    const decoder = new TextDecoder()
    let text = ''
    const hasBegun = stream === 'searchMessages' ? /"messages":"[1-9]/ : /"type":"rate"/
    while (!hasBegun.test(text)) {
      const { value, done } = await reader.read()
      if (done) throw new Error(`it ended early: ${text}`)
      text += decoder.decode(value, { stream: true })
    }
    const reading = (async () => {
      for (;;) if ((await reader.read().catch(() => ({ done: true }))).done) return
    })()
    return { reader, reading, leaving }
  }
  /** How long it takes until more is asked for, in milliseconds; more than `most` where nothing is. */
  const untilAsked = async (most: number): Promise<number> => {
    const [before, startedAt] = [proxy.askedBytes(), performance.now()]
    while (proxy.askedBytes() === before && performance.now() - startedAt <= most) await sleep(5)
    return performance.now() - startedAt
  }

  it.each([
    ['searchMessages', 'aborts its request'],
    ['searchMessages', 'closes the stream'],
    ['tailMessages', 'aborts its request'],
  ] as const)('%s asks brokers for nothing more within 100 ms after it %s', async (stream, how) => {
    proxy.delay(heldBackMs)
    // What a stream that goes on asks for, and how soon: else nothing would be proven below.
    const kept = await open(stream)
    const usualMs = await untilAsked(30_000)
    expect(usualMs).toBeLessThan(30_000)
    kept.leaving.abort()
    await kept.reading
    const quietMs = 2 * usualMs + 500
    const asked: boolean[] = []
    // A busy machine may hear of it late: once in three is proof enough.
    while (asked.length < rounds && !asked.includes(false)) {
      await sleep(promisedMs)
      const left = await open(stream)
      if (how === 'aborts its request') left.leaving.abort()
      else await left.reader.cancel()
      await sleep(promisedMs)
      asked.push((await untilAsked(quietMs)) <= quietMs)
      await left.reading
    }
    expect(asked).toContain(false)
  })
})
