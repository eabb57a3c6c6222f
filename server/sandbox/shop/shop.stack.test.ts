import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { startStack } from '../stack/start-stack.ts'
import { makeCodecs, registerContracts } from './codecs.ts'
import { consume } from './consume.ts'
import { followControl } from './control.ts'
import { readRawRecord } from './dead-letters/raw-record.ts'
import { type Header, textHeader } from './exact-producer.ts'
import { findLastOrderNumber } from './order-numbers.ts'
import { makeServiceKit, type ServiceKit } from './service-kit.ts'
import { defaultControl, type Topic } from './shop-names.ts'

const run = randomUUID().slice(0, 8)
/** Topics of this run alone, where the shop's own would stand. */
const topicOf = (name: string) => `shop-${run}-${name}` as Topic

describe('a service of the shop', () => {
  let kit: ServiceKit
  const control = followControl(defaultControl, join(tmpdir(), `spillway-shop-${run}.json`))

  beforeAll(async () => {
    process.env.KAFKA_BROKERS = inject('brokers')
    const codecs = await makeCodecs(inject('registryUrl'))
    kit = await makeServiceKit({ service: `shop-${run}`, codecs, control })
    const admin = kit.kafka.admin()
    await admin.connect()
    await makeTopics(admin, [
      { topic: topicOf('events'), numPartitions: 1 },
      { topic: topicOf('retries'), numPartitions: 1 },
      { topic: topicOf('six'), numPartitions: 6 },
      { topic: topicOf('two'), numPartitions: 2 },
    ])
    await admin.disconnect()
  })
  afterAll(async () => {
    const admin = kit.kafka.admin()
    await admin.connect()
    await kit.close()
    await admin.deleteTopics({ topics: ['events', 'retries', 'six', 'two'].map(topicOf) })
    await admin.disconnect()
    control.close()
  })

  it('has each effect once for one idempotency key, by whichever topic it comes, and again only after a failure', async () => {
    const handled: string[] = []
    let failures = 1
    const handle = async ({ value }: { value: Buffer | null }) => {
      const text = value?.toString() ?? ''
      handled.push(text)
      if (text === 'fails once' && failures-- > 0) throw new Error('for once')
    }
    const effect = 'charge'
    await consume(kit, { group: `${run}-a`, topics: [topicOf('events')], effect, handle })
    await consume(kit, { group: `${run}-b`, topics: [topicOf('retries')], effect, handle })
    const send = (topic: string, value: string, key: string) =>
      kit.send(topicOf(topic), 'k', Buffer.from(value), { 'idempotency-key': key })
    await send('events', 'first', 'one')
    await expect.poll(() => handled).toEqual(['first'])
    await send('events', 'sent again', 'one')
    await send('retries', 'sent again elsewhere', 'one')
    await send('events', 'fails once', 'two')
    await send('events', 'fails once', 'two')
    await send('events', 'fails once', 'two')
    await send('events', 'last', 'three')
    await send('retries', 'last of retries', 'four')
    await expect.poll(() => handled.toSorted(), { timeout: 15_000 }).toContain('last of retries')
    await expect.poll(() => handled.toSorted(), { timeout: 15_000 }).toContain('last')
    expect(handled.toSorted()).toEqual(['fails once', 'fails once', 'first', 'last', 'last of retries'])
  }, 40_000)

  it('sends equal headers apart, null and empty ones as they are, on the partition that Java gives the key', async () => {
    const headers: Header[] = [
      textHeader('tag', 'a'),
      [Buffer.from('none'), null],
      textHeader('empty', ''),
      textHeader('tag', 'b'),
    ]
    await kit.sendUntraced(topicOf('six'), 'order-1', Buffer.from('x'), headers)
    await kit.send(topicOf('six'), 'order-1', Buffer.from('y'))
    const admin = kit.kafka.admin()
    await admin.connect()
    const filled = (await admin.fetchTopicOffsets(topicOf('six'))).filter(({ high }) => high !== '0')
    await admin.disconnect()
    expect(filled.map(({ high }) => high)).toEqual(['2'])
    const record = await readRawRecord(kit.brokers, topicOf('six'), filled[0]?.partition ?? -1, 0n)
    expect(record.headers).toEqual(headers)
  })

  it('writes a dead letter on the partition of the same number where there is one', async () => {
    const lastPartition = 5
    const from = { topic: topicOf('six'), partition: lastPartition, offset: 0n }
    const producer = kit.kafka.producer()
    await producer.connect()
    await producer.send({
      topic: from.topic,
      messages: [{ key: 'anything', value: 'v', partition: lastPartition }],
    })
    await producer.disconnect()
    const options = { keepTimestamp: true, keepPartition: true }
    await kit.deadLetters.write(topicOf('six'), from, () => [textHeader('died', 'yes')], options)
    await kit.deadLetters.write(topicOf('two'), from, () => [textHeader('died', 'yes')], options)
    const copy = await readRawRecord(kit.brokers, topicOf('six'), lastPartition, 1n)
    expect([copy.key?.toString(), copy.value?.toString(), copy.headers.length]).toEqual(['anything', 'v', 1])
  })

  it('goes on numbering after the highest order, far enough for what was on its way', async () => {
    const nowMs = Date.UTC(2026, 0, 1, 0, 1)
    const find = () => findLastOrderNumber(kit.kafka, kit.brokers, topicOf('two'), nowMs)
    expect(await find()).toBe(600)
    for (const number of [4_711, 9_000]) await kit.send(topicOf('two'), `order-${number}`, null)
    expect(await find()).toBeGreaterThanOrEqual(14_711)
  })
})

it('a registry that has forgotten everything gives the contracts the same ids', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spillway-contracts-'))
  const stack = await startStack({ dataDir, parts: ['registry'] })
  try {
    const ids = await registerContracts(stack.registryUrl)
    await stack.stopPart('registry', 'kill')
    await stack.startPart('registry')
    expect(await (await fetch(`${stack.registryUrl}/subjects`)).json()).toEqual([])
    expect(await registerContracts(stack.registryUrl)).toEqual(ids)
    expect(new Set(Object.values(ids)).size).toBe(5)
  } finally {
    await stack.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
})
