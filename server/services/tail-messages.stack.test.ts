import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Composition } from '#server/composition.ts'
import { messageTailQuery, type TailFrame, tailFrame } from '#server/contracts/message-stream.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { startStack } from '#server/sandbox/stack/start-stack.ts'
import { composeLocal, meansOf } from './console-fixture.ts'
import { tailMessages } from './tail-messages.ts'

const run = Math.random().toString(36).slice(2, 8)

const consoleTo = (brokers: string): Composition => composeLocal(database, brokers, inject('registryUrl'))
const clientOf = (brokers: string) =>
  new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING, retry: { retries: 20 } })

let database: TestDatabase
let console_: Composition
let admin: Admin
let producer: Producer
const left: (() => Promise<void>)[] = []

/** A tail that is read all the while, as a browser does; frames as they came. */
const follow = async (asked: Record<string, unknown>, to = console_) => {
  const stopping = new AbortController()
  const opened = await tailMessages(...meansOf(to), messageTailQuery.parse(asked), {
    signal: stopping.signal,
  })
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`)
  const frames: TailFrame[] = []
  const reading = (async () => {
    for await (const frame of opened.value) frames.push(tailFrame.parse(frame))
  })()
  const stop = async () => {
    stopping.abort()
    await reading
  }
  left.push(stop)
  const rows = () => frames.flatMap((frame) => (frame.type === 'rows' ? frame.rows : []))
  return {
    frames,
    stop,
    rows,
    values: () => rows().map(({ value }) => value.text),
    rates: () => frames.filter((frame) => frame.type === 'rate'),
    cursor: () => frames.flatMap((frame) => (frame.type === 'error' ? [] : [frame.cursor])).at(-1),
  }
}
const makeTopic = async (what: string, numPartitions = 2, on = admin): Promise<string> => {
  const topic = `tail-${run}-${what}`
  await makeTopics(on, [{ topic, numPartitions }])
  return topic
}
const send = (topic: string, values: readonly string[], with_ = producer) =>
  with_.send({
    topic,
    messages: values.map((value, index) => ({ key: `key-${index}`, value, partition: index % 2 })),
  })
const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word} ${index}`)
const within = { timeout: 10_000, interval: 50 }

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  console_ = consoleTo(inject('brokers'))
  const kafka = clientOf(inject('brokers'))
  admin = kafka.admin()
  producer = kafka.producer()
  await Promise.all([admin.connect(), producer.connect()])
})
afterEach(async () => {
  await Promise.all(left.splice(0).map((stop) => stop()))
})
afterAll(async () => {
  await Promise.all([admin.disconnect(), producer.disconnect()])
  await console_.dispose()
  await database.drop()
})

describe('a tail', () => {
  it('begins at the end and shows what comes to two topics, those that fit', async () => {
    const [one, other] = [await makeTopic('one'), await makeTopic('other')]
    await send(one, numbered('before', 20))
    const tail = await follow({ topics: `${one},${other}`, search: 'kept' })
    await send(one, ['kept 1', 'thrown'])
    await send(other, ['kept 2', 'thrown', 'kept 3'])
    await expect.poll(() => tail.values().toSorted(), within).toEqual(['kept 1', 'kept 2', 'kept 3'])
    await expect
      .poll(() => tail.rates().reduce((sum, { matchesPerSecond }) => sum + matchesPerSecond, 0), within)
      .toBeGreaterThan(1)
    expect(new Set(tail.rows().map(({ topic }) => topic))).toEqual(new Set([one, other]))
    expect(tail.rates().at(-1)).toMatchObject({ dropped: 0, skipped: 0, partitions: 4, troubles: [] })
  })

  it('counts what is left out when more comes than can be shown', async () => {
    const topic = await makeTopic('flood')
    const tail = await follow({ topics: topic })
    for (let batch = 0; batch < 3; batch++) await send(topic, numbered('flood', 1_000))
    const counted = () => tail.rows().length + (tail.rates().at(-1)?.dropped ?? 0)
    await expect.poll(counted, within).toBe(3_000)
    expect(tail.rates().at(-1)?.dropped).toBeGreaterThan(0)
    expect(tail.rates().at(-1)?.behindMessages).toBe(0)
  })

  it('loses no message and repeats none when it is resumed', async () => {
    const topic = await makeTopic('resumed')
    const first = await follow({ topics: topic })
    await send(topic, numbered('first', 10))
    await expect.poll(() => first.values().length, within).toBe(10)
    await first.stop()
    const cursor = first.cursor()
    await send(topic, numbered('between', 10))
    const second = await follow({ topics: topic, cursor })
    await send(topic, numbered('after', 10))
    await expect
      .poll(() => second.values().toSorted(), within)
      .toEqual([...numbered('after', 10), ...numbered('between', 10)])
  })

  it('notices partitions that are added, with all that they hold', async () => {
    const topic = await makeTopic('grown')
    const tail = await follow({ topics: topic })
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
    const kafka = clientOf(inject('brokers'))
    const writer = kafka.producer()
    await writer.connect()
    await expect
      .poll(async () => {
        const sent = await writer
          .send({ topic, messages: [{ value: 'new', partition: 2 }] })
          .catch(() => null)
        return sent !== null && sent.length > 0
      }, within)
      .toBe(true)
    await writer.disconnect()
    await expect.poll(() => tail.rows().map(({ partition }) => partition), within).toContain(2)
  })

  it('shows a transaction when it is committed, and nothing of one that is aborted', async () => {
    const topic = await makeTopic('transaction')
    const tail = await follow({ topics: topic })
    for (const end of ['abort', 'commit'] as const) {
      const writer = clientOf(inject('brokers')).producer({
        transactionalId: `${topic}-${end}`,
        maxInFlightRequests: 1,
      })
      await writer.connect()
      const transaction = await writer.transaction()
      await transaction.send({ topic, messages: [{ value: end, partition: 0 }] })
      await transaction[end]()
      await writer.disconnect()
    }
    await expect.poll(() => tail.values(), within).toEqual(['commit'])
  })

  it('ends at once when the reader goes, also while nothing comes', async () => {
    const tail = await follow({ topics: await makeTopic('left') })
    const startedAt = performance.now()
    await tail.stop()
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  it('says that a topic was deleted, and follows the rest', async () => {
    const [doomed, kept] = [await makeTopic('doomed'), await makeTopic('kept')]
    const tail = await follow({ topics: `${doomed},${kept}` })
    await admin.deleteTopics({ topics: [doomed] })
    await expect
      .poll(
        () =>
          tail
            .rates()
            .at(-1)
            ?.troubles?.map(({ detail }) => detail),
        within,
      )
      .toContain(`The topic ${doomed} does not exist any more.`)
    await send(kept, ['still here'])
    await expect.poll(() => tail.values(), within).toEqual(['still here'])
  })

  it('of nothing that exists, of words that can not be read and of a strange cursor is refused', async () => {
    const topic = await makeTopic('refused')
    await expect(follow({ topics: 'nowhere-at-all' })).rejects.toThrow('not-found: There is no topic named')
    await expect(follow({ topics: topic, search: 'after:soon' })).rejects.toThrow('search, character 7')
    await expect(follow({ topics: topic, cursor: 'a b' })).rejects.toThrow('cursor: this is not one')
  })
})

it('goes on after a broker was started again, tells of it meanwhile, and has lost nothing', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-tail-'))
  const stack = await startStack({ dataDir, parts: ['kafka'] })
  const own = clientOf(stack.brokers)
  const [ownAdmin, ownProducer] = [own.admin(), own.producer()]
  const to = consoleTo(stack.brokers)
  try {
    await Promise.all([ownAdmin.connect(), ownProducer.connect()])
    const topic = await makeTopic('restart', 2, ownAdmin)
    const tail = await follow({ topics: topic }, to)
    await send(topic, numbered('before', 4), ownProducer)
    await expect.poll(() => tail.values().length, within).toBe(4)
    await stack.stopPart('kafka')
    await expect.poll(() => tail.rates().at(-1)?.troubles?.[0]?.detail ?? '', within).toMatch(/^broker \d+: /)
    await stack.startPart('kafka')
    await send(topic, numbered('after', 4), ownProducer)
    await expect
      .poll(() => tail.values().toSorted(), { timeout: 90_000 })
      .toEqual([...numbered('after', 4), ...numbered('before', 4)])
    await expect.poll(() => tail.rates().at(-1)?.troubles, within).toEqual([])
    await tail.stop()
  } finally {
    await Promise.all(left.splice(0).map((stop) => stop()))
    await Promise.allSettled([ownAdmin.disconnect(), ownProducer.disconnect()])
    await to.dispose()
    await stack.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}, 180_000)
