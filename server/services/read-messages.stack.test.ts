import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Composition } from '#server/composition.ts'
import { endpoints } from '#server/contracts/endpoints.ts'
import type { Position, TopicName } from '#server/contracts/scalars.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { composeLocal, good, meansOf, quietKafka, testCall } from './console-fixture.ts'
import { findNeighbour, findSameKey } from './find-same-key.ts'
import { listAround } from './list-around.ts'
import { listMessages } from './list-messages.ts'
import { searchWhole } from './search-fixture.ts'
import { showMessage } from './show-message.ts'
import { walkPartition } from './walk-partition.ts'

const topic = `read-messages-${randomBytes(4).toString('hex')}` as TopicName
const stepping = `${topic}-stepping` as TopicName
const large = `${topic}-large` as TopicName

let database: TestDatabase
let console_: Composition
const means = () => meansOf(console_)

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  console_ = composeLocal(database, inject('brokers'), inject('registryUrl'))
  const kafka = quietKafka(inject('brokers'))
  const admin = kafka.admin()
  await admin.connect()
  await makeTopics(admin, [
    { topic, numPartitions: 3 },
    { topic: stepping, numPartitions: 2 },
    { topic: large, numPartitions: 1 },
  ])
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({
    topic,
    messages: Array.from({ length: 360 }, (_, index) => ({
      key: `order-${index}`,
      value: `{"amount":9007199254740993,"n":${index}}`,
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    })),
  })
  // Times fall while offsets rise: the nearest by offset is not the nearest by time.
  const now = Date.now()
  await producer.send({
    topic: stepping,
    messages: Array.from({ length: 3_000 }, (_, index) => ({
      partition: 0,
      timestamp: String(now - index),
      key: index % 1_000 === 7 ? 'rare' : index % 10 === 3 ? 'often' : `rare-${index}`,
      value: String(index),
    })),
  })
  await producer.send({
    topic: stepping,
    messages: [
      { partition: 0, key: null, value: 'without a key' },
      { partition: 1, key: 'rare', value: 'of another partition' },
      { partition: 1, key: '', value: 'empty key' },
      { partition: 1, key: '', value: 'empty key again' },
    ],
  })
  const value = randomBytes(400_000)
  for (let index = 0; index < 90; index++)
    await producer.send({ topic: large, messages: [{ value, timestamp: String(now + index) }] })
  await producer.disconnect()
})

afterAll(async () => {
  const admin = quietKafka(inject('brokers')).admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [topic, stepping, large] }).catch(() => {})
  await admin.disconnect()
  await console_?.dispose()
  await database?.drop()
})

describe('messages', () => {
  const list = (more: { limit?: number; cursor?: string } = {}) =>
    listMessages(...means(), { topic, limit: 50, ...more }, testCall())

  it('come newest first and page by page, each once', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    let lastAt = Number.POSITIVE_INFINITY
    do {
      const page = await good(
        endpoints.listMessages.output,
        list({ limit: 100, ...(cursor === undefined ? {} : { cursor }) }),
      )
      for (const { position, timestampMs } of page.messages) {
        seen.push(position)
        expect(timestampMs).toBeLessThanOrEqual(lastAt)
        lastAt = timestampMs ?? 0
      }
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined && seen.length < 1_000)
    expect(seen).toHaveLength(360)
    expect(new Set(seen).size).toBe(360)
  })

  it('come page by page from hundreds of partitions, by cursors short enough for an address', async () => {
    const wide = `${topic}-wide` as TopicName
    const kafka = quietKafka(inject('brokers'))
    const [admin, producer] = [kafka.admin(), kafka.producer()]
    await Promise.all([admin.connect(), producer.connect()])
    await makeTopics(admin, [{ topic: wide, numPartitions: 350 }])
    const messages = Array.from({ length: 1_050 }, (_, index) => ({ partition: index % 350, value: 'x' }))
    await producer.send({ topic: wide, messages })
    await producer.disconnect()
    // A producer that tries again while partitions are made writes some twice.
    const ends = await admin.fetchTopicOffsets(wide)
    const count = ends.reduce((sum, { high }) => sum + Number(high), 0)
    const seen = new Set<string>()
    let cursor: string | undefined
    do {
      const query = { topic: wide, limit: 500, ...(cursor ? { cursor } : {}) }
      const page = await good(endpoints.listMessages.output, listMessages(...means(), query, testCall()))
      for (const { position } of page.messages) seen.add(position)
      cursor = page.nextCursor ?? undefined
      expect(cursor?.length ?? 0).toBeLessThanOrEqual(800)
    } while (cursor)
    expect(seen.size).toBe(count)
    await admin.deleteTopics({ topics: [wide] })
    await admin.disconnect()
    const gone = { topic, limit: 10, cursor: 'kept-nothing' }
    expect(await listMessages(...means(), gone, testCall())).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    })
  })

  it('are found by key, and opened whole with every digit', async () => {
    const { rows, done } = await searchWhole(means(), { topics: topic, search: 'key:order-42' })
    expect(rows).toHaveLength(1)
    expect(done.scan.messages).toBe('360')
    const position = rows[0]?.position as Position
    const message = await good(
      endpoints.showMessage.output,
      showMessage(...means(), { topic, position }, testCall()),
    )
    expect(message.value.text).toContain('9007199254740993')
    expect(message.traceId).toBe('0af7651916cd43dd8448eb211c80319c')
    expect(message.headers[0]?.name).toBe('traceparent')
  })

  it('are searched by text, by trace and within partitions', async () => {
    const found = async (search: string) => {
      const { rows, done } = await searchWhole(means(), { topics: topic, search, limit: 500 })
      expect(done.scan.stop).toBe('end')
      return rows
    }
    expect(await found('value:"\\"n\\":42}"')).toHaveLength(1)
    expect(await found('b7ad6b7169203331 -key:order-1')).toHaveLength(359)
    expect(await found('trace:0af7651916cd43dd8448eb211c80319c')).toHaveLength(360)
    expect(await found('after:1h')).toHaveLength(360)
    expect(await found('before:1h')).toHaveLength(0)
    expect(await found('after:2030-01-01T00:00:00Z')).toHaveLength(0)
    const [newest] = await found('partition:0')
    const at = new Date(newest?.timestampMs ?? 0).toISOString()
    const since = await found(`partition:0 after:${at}`)
    expect(since.every(({ timestampMs }) => timestampMs === newest?.timestampMs)).toBe(true)
    expect(since.length + (await found(`partition:0 before:${at}`)).length).toBe(
      (await found('partition:0')).length,
    )
    const inTwo = await found('partition:0,2 order-')
    expect(new Set(inTwo.map(({ partition }) => partition))).toEqual(new Set([0, 2]))
    const inOne = await found('partition:1')
    expect(inTwo.length + inOne.length).toBe(360)
  })

  it('refuse a foreign cursor and what searches are asked, and name what is missing', async () => {
    expect(await list({ cursor: 'e30' })).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
    const { query } = endpoints.listMessages
    expect(query.safeParse({ search: 'key:order-42' }).error?.message).toContain('search')
    const position = '0@999999' as Position
    const missing = await showMessage(...means(), { topic, position }, testCall())
    expect(missing).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })
})

describe('stepping from a message', () => {
  const step = (find: typeof findSameKey, position: string, query: Record<string, string>) =>
    find(
      ...means(),
      {
        topic: stepping,
        position: position as Position,
        ...endpoints.findSameKey.query.parse(query),
      },
      testCall(),
    )
  const sameKey = (position: string, direction: string) =>
    good(endpoints.findSameKey.output, step(findSameKey, position, { direction }))
  const offsetOf = async (answer: ReturnType<typeof sameKey>) => (await answer).message?.offset

  it('finds the nearest of the same key by offset, far or near, and stays in its partition', async () => {
    expect(await offsetOf(sameKey('0@1007', 'previous'))).toBe('7')
    expect(await offsetOf(sameKey('0@1007', 'next'))).toBe('2007')
    expect(await offsetOf(sameKey('0@1503', 'previous'))).toBe('1493')
    expect(await offsetOf(sameKey('0@1503', 'next'))).toBe('1513')
    expect(await offsetOf(sameKey('1@1', 'next'))).toBe('2')
  })

  it('says that there is none when all before or after it was read', async () => {
    const before = await sameKey('0@7', 'previous')
    expect(before).toMatchObject({ message: null, goOnFrom: null, scan: { stop: 'end' } })
    const after = await sameKey('0@2007', 'next')
    expect(after).toMatchObject({ message: null, goOnFrom: null, scan: { stop: 'end' } })
    expect(after.message).toBeNull()
  })

  it('goes on from where an earlier look ended', async () => {
    const on = await good(
      endpoints.findSameKey.output,
      step(findSameKey, '0@2007', { direction: 'previous', from: '1007' }),
    )
    expect(on.message?.offset).toBe('7')
  })

  it('refuses a null key and steps by position instead', async () => {
    expect(await step(findSameKey, '0@3000', { direction: 'previous' })).toMatchObject({
      ok: false,
      error: { code: 'invalid-request', detail: expect.stringContaining('has no key (null)') },
    })
    const neighbour = (position: string, direction: string) =>
      good(endpoints.findNeighbour.output, step(findNeighbour, position, { direction }))
    expect(await offsetOf(neighbour('0@3000', 'previous'))).toBe('2999')
    expect(await offsetOf(neighbour('0@0', 'next'))).toBe('1')
    expect(await neighbour('0@0', 'previous')).toMatchObject({ message: null, scan: { stop: 'end' } })
    // Nothing stands there yet: the nearest is the last.
    expect(await offsetOf(neighbour('0@999999', 'previous'))).toBe('3000')
  })

  it('reads no more of large messages than a few, and comes further with each part of a search', async () => {
    const beside = await good(
      endpoints.findNeighbour.output,
      findNeighbour(
        ...means(),
        { topic: large, position: '0@45' as Position, direction: 'previous' },
        testCall(),
      ),
    )
    expect(beside.message?.offset).toBe('44')
    expect(Number(beside.scan.bytes)).toBeLessThan(8_000_000)
    const reader = means()[1].broker.messages
    if (!reader) throw new Error('messages can not be read')
    for (const direction of ['previous', 'next'] as const) {
      let from = 45n
      for (let part = 0; part < 4; part++) {
        const walked = await walkPartition(
          reader,
          {
            topic: large,
            partition: 0,
            from,
            direction,
            bounds: { start: 0n, end: 90n },
            key: Buffer.from('nowhere'),
            budget: { messages: 1_000, bytes: 1_000_000, milliseconds: 8_000 },
          },
          testCall(),
        )
        if (!walked.ok) throw new Error(walked.error.detail)
        expect(walked.value.stop).toBe('budget')
        const reached = walked.value.goOnFrom ?? from
        expect(direction === 'previous' ? reached < from : reached > from).toBe(true)
        from = reached
      }
    }
  })

  it('names a partition that is not there', async () => {
    expect(await step(findNeighbour, '9@0', { direction: 'next' })).toMatchObject({
      ok: false,
      error: { code: 'not-found', detail: expect.stringContaining('has no partition 9: it has 2') },
    })
  })
})

describe('around a place', () => {
  const around = (at: string, limit = '5') =>
    good(
      endpoints.listAround.output,
      listAround(
        ...means(),
        { topic: stepping, ...endpoints.listAround.query.parse({ at, limit }) },
        testCall(),
      ),
    )

  it('stand the messages of a partition before and after it, with the one at it looked at', async () => {
    const found = await around('0@1000')
    expect(found.rows.map(({ offset }) => Number(offset))).toEqual([
      1005, 1004, 1003, 1002, 1001, 1000, 999, 998, 997, 996, 995,
    ])
    expect(found).toMatchObject({
      looked: '0@1000',
      note: null,
      holds: { partition: 0, start: '0', end: '3001' },
      nearest: { before: '0@999', after: '0@1001' },
    })
  })

  it('stand the nearest of large messages, although not all near it can be read', async () => {
    const found = await good(
      endpoints.listAround.output,
      listAround(...means(), { topic: large, at: '0@45', limit: 5 }, testCall()),
    )
    expect(found.rows.map(({ offset }) => Number(offset))).toEqual([
      50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40,
    ])
    expect(found).toMatchObject({ looked: '0@45', note: null })
  })

  it('is said what a partition holds where nothing is yet, with the nearest', async () => {
    const found = await around('0@9999')
    expect(found.note).toBe('0@9999 is not written yet. Partition 0 holds offsets 0 to 3,000 now.')
    expect(found).toMatchObject({ looked: null, nearest: { before: '0@3000', after: null } })
  })

  it('is said what retention has removed, with the nearest', async () => {
    const admin = quietKafka(inject('brokers')).admin()
    await admin.connect()
    // The client must know the topic before it knows its leader.
    await admin.fetchTopicMetadata({ topics: [stepping] })
    await admin.deleteTopicRecords({ topic: stepping, partitions: [{ partition: 0, offset: '100' }] })
    await admin.disconnect()
    const found = await around('0@7')
    expect(found.note).toBe(
      '0@7 is gone: retention or a deletion has removed what was before 100. Partition 0 holds offsets 100 to 3,000 now.',
    )
    expect(found).toMatchObject({ looked: null, nearest: { before: null, after: '0@100' } })
  })

  it('may be a time, over all partitions', async () => {
    const all = await good(
      endpoints.listMessages.output,
      listMessages(...means(), { topic, limit: 50 }, testCall()),
    )
    const atMs = all.messages[20]?.timestampMs ?? 0
    const found = await good(
      endpoints.listAround.output,
      listAround(...means(), { topic, at: new Date(atMs).toISOString(), limit: 10 }, testCall()),
    )
    const looked = found.rows.find(({ position }) => position === found.looked)
    expect(looked?.timestampMs).toBe(atMs)
    const later = await good(
      endpoints.listAround.output,
      listAround(...means(), { topic, at: '2035-01-01T00:00:00Z', limit: 10 }, testCall()),
    )
    expect(later.note).toContain('Nothing was written at 2035-01-01T00:00:00Z or later')
    expect(later.rows).toHaveLength(10)
  })

  it('must be one that can be read, in a partition that is there', async () => {
    expect(endpoints.listAround.query.safeParse({ at: 'yesterday' }).success).toBe(false)
    expect(await listAround(...means(), { topic: stepping, at: '9@1', limit: 5 }, testCall())).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    })
  })
})
