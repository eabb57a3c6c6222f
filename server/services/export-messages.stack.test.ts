import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Composition } from '#server/composition.ts'
import { type ExportMessagesQuery, exportMessagesQuery } from '#server/contracts/export-messages.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { OutgoingMessage } from '#server/ports/publisher.ts'
import { createTestDatabase, type TestDatabase } from '#server/repositories/test-database.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { composeLocal, meansOf, quietKafka } from './console-fixture.ts'
import { exportMessages } from './export-messages.ts'

const topic = `export-${randomBytes(4).toString('hex')}` as TopicName
const large = `${topic}-large` as TopicName
const largeRows = 200_000

let database: TestDatabase
let composition: Composition

beforeAll(async () => {
  database = await createTestDatabase(inject('databaseUrl'))
  composition = composeLocal(database, inject('brokers'), inject('registryUrl'))
  const admin = quietKafka(inject('brokers')).admin()
  await admin.connect()
  await makeTopics(admin, [
    // Their times are long past: retention would delete them under the test.
    { topic, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '-1' }] },
    { topic: large, numPartitions: 3, configEntries: [{ name: 'retention.ms', value: '-1' }] },
  ])
  await admin.disconnect()
})

afterAll(async () => {
  const admin = quietKafka(inject('brokers')).admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [topic, large] }).catch(() => {})
  await admin.disconnect()
  await composition?.dispose()
  await database?.drop()
})

const bytes = (text: string) => Buffer.from(text)
const write = async (messages: readonly OutgoingMessage[]): Promise<void> => {
  const [, { broker }] = meansOf(composition)
  const sent = await broker.publisher?.send(messages, { signal: AbortSignal.timeout(60_000) })
  if (!sent?.ok) throw new Error('not sent')
}
const open = async (query: ExportMessagesQuery, signal = AbortSignal.timeout(100_000)) => {
  const opened = await exportMessages(...meansOf(composition), exportMessagesQuery.parse(query), { signal })
  if (!opened.ok) throw new Error(opened.error.detail)
  return opened.value
}
const readAll = async (query: ExportMessagesQuery): Promise<string> => {
  const { chunks } = await open(query)
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString('utf8')
}

describe('an export', () => {
  beforeAll(() =>
    write([
      {
        topic,
        partition: 0,
        key: bytes('a'),
        value: bytes('{"n": 9007199254740993, "x": 1.10}'),
        headers: [
          { name: 'h', value: null },
          { name: 'h', value: Buffer.from([255]) },
        ],
        timestampMs: 1_000n,
      },
      { topic, partition: 1, key: null, value: Buffer.from([0, 255]), headers: [], timestampMs: 3_000n },
      { topic, partition: 0, key: bytes('=1+1'), value: bytes('a,"b"\nc'), headers: [], timestampMs: 2_000n },
      { topic, partition: 1, key: bytes('gone'), value: null, headers: [], timestampMs: 4_000n },
    ]),
  )

  it('is lines of JSON in the order of the search that lose nothing, ended by the report', async () => {
    const lines = (await readAll({ topics: topic, order: 'oldest' })).trimEnd().split('\n')
    expect(lines[0]).toContain('"json":{"n": 9007199254740993, "x": 1.10}')
    expect(lines[0]).toContain('"headers":[{"name":"h","text":null},{"name":"h","base64":"/w=="}]')
    const rows = lines.slice(0, -1).map((line) => JSON.parse(line))
    expect(rows.map(({ timestampMs }) => timestampMs)).toEqual([1_000, 2_000, 3_000, 4_000])
    expect(rows.map(({ value }) => value?.text ?? value?.base64 ?? value)).toEqual([
      { kind: 'json', json: { n: expect.anything(), x: 1.1 } },
      'a,"b"\nc',
      'AP8=',
      null,
    ])
    expect(JSON.parse(lines.at(-1) ?? '').scan).toMatchObject({
      exported: 4,
      complete: true,
      stop: 'end',
      messages: '4',
      errors: [],
    })
  })

  it('is CSV whose cells are the bytes, with the report after a #', async () => {
    const text = await readAll({ topics: topic, format: 'csv', order: 'oldest' })
    const [header, first, ...more] = text.split('\r\n')
    expect(header).toBe(
      'topic,partition,offset,timestamp_ms,timestamp_type,key_kind,key_encoding,key,value_kind,value_encoding,value,value_json,headers',
    )
    expect(first).toBe(
      `${topic},0,0,1000,create,text,text,a,json,text,"{""n"": 9007199254740993, ""x"": 1.10}",,"[{""name"":""h"",""text"":null},{""name"":""h"",""base64"":""/w==""}]"`,
    )
    expect(text).toContain(`${topic},0,1,2000,create,text,text,=1+1,text,text,"a,""b""\nc",,[]\r\n`)
    expect(text).toContain(`${topic},1,1,4000,create,text,text,gone,null,null,,,[]\r\n`)
    expect(more.at(-2)).toMatch(/^# \{"scan":\{"exported":4,.*"complete":true/)
    expect(await readAll({ topics: topic, format: 'csv', safe: 'true', report: 'false' })).toContain(
      ",'=1+1,",
    )
  })

  it('holds what fits, no more than asked for, and says that more may fit', async () => {
    const found = (await readAll({ topics: topic, search: 'is:tombstone' })).trimEnd().split('\n')
    expect(found).toHaveLength(2)
    const some = (await readAll({ topics: topic, limit: '2' })).trimEnd().split('\n')
    expect(some.slice(0, 2).map((line) => JSON.parse(line).timestampMs)).toEqual([4_000, 3_000])
    expect(JSON.parse(some[2] ?? '').scan).toMatchObject({
      exported: 2,
      limit: 2,
      complete: false,
      stop: 'enough',
    })
  })

  it('is refused before it begins when the search can not be read or a topic is not there', async () => {
    await expect(readAll({ topics: topic, search: 'key:"open' })).rejects.toThrow('this quote is not closed')
    await expect(readAll({ topics: `${topic}-nowhere` })).rejects.toThrow('There is no topic named')
  })
})

describe('200,000 messages', () => {
  beforeAll(async () => {
    for (let from = 0; from < largeRows; from += 10_000)
      await write(
        Array.from({ length: 10_000 }, (_, index) => ({
          topic: large,
          partition: (from + index) % 3,
          key: bytes(`key-${from + index}`),
          value: bytes(`{"n":${from + index},"text":"${'x'.repeat(150)}"}`),
          headers: [],
          timestampMs: BigInt(1_700_000_000_000 + from + index),
        })),
      )
  }, 120_000)

  it.each(['newest', 'oldest'] as const)(
    'are exported each once and in order, %s first, in flat memory',
    async (order) => {
      const { chunks } = await open({ topics: large, order, limit: '1000000' })
      const seen = new Uint8Array(largeRows)
      let last: number | null = null
      let count = 0
      let rest = ''
      let report: { exported: number; complete: boolean } | null = null
      let isInOrder = true
      // The thread has its heap by then: from there on nothing may grow with the rows.
      const warmRows = 20_000
      let before = Number.POSITIVE_INFINITY
      let peak = 0
      const startedAt = performance.now()
      for await (const chunk of chunks) {
        const { rss } = process.memoryUsage()
        if (count >= warmRows) before = Math.min(before, rss)
        peak = Math.max(peak, rss - before)
        const lines = (rest + Buffer.from(chunk).toString('utf8')).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) {
          const row = JSON.parse(line)
          if (row.scan) {
            report = row.scan
            continue
          }
          const { n } = row.value.json
          seen[n] = (seen[n] ?? 0) + 1
          isInOrder &&= last === null || (order === 'newest' ? n < last : n > last)
          last = n
          count += 1
        }
      }
      console.log(
        `${order}: ${count} rows in ${Math.round(performance.now() - startedAt)} ms, ${Math.round(peak / 1e6)} MB above`,
      )
      expect(report).toMatchObject({ exported: largeRows, complete: true })
      expect(seen.every((times) => times === 1)).toBe(true)
      expect(isInOrder).toBe(true)
      expect(peak).toBeLessThan(250_000_000)
    },
    120_000,
  )

  it('stop being read when the reader goes', async () => {
    const leaving = new AbortController()
    const { chunks } = await open({ topics: large, limit: '1000000' }, leaving.signal)
    await chunks.next()
    leaving.abort()
    const startedAt = performance.now()
    let rows = 0
    for (let next = await chunks.next(); !next.done; next = await chunks.next())
      rows += Buffer.from(next.value).toString('utf8').split('\n').length
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    expect(rows).toBeLessThan(largeRows / 2)
  })
})
