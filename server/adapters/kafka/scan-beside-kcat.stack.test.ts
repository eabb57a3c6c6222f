import { spawnSync } from 'node:child_process'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { Isolation, RawMessage } from '#server/ports/raw-message.ts'
import type { ScanRequest } from '#server/ports/scan.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { collectScan } from '#server/services/collect-scan.ts'
import { expectOk } from './broker-contract.ts'
import { makeKafkaAdapter } from './make-kafka-adapter.ts'
import { makeRandom } from './scan-fixture.ts'

const brokers = inject('brokers')
const run = Math.random().toString(36).slice(2, 8)
const call = () => ({ signal: AbortSignal.timeout(50_000) })
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const admin = kafka.admin()
const adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'test', name: 'Test', brokers }))
const reader = adapter.messages as MessageReader
const budget = { messages: 1e9, bytes: 1e9, milliseconds: 50_000 }
const hasKcat = spawnSync('kcat', ['-V']).error === undefined
const peer = hasKcat ? 'kcat' : 'kafkajs, since kcat is not here'
/** kafkajs knows gzip alone. */
const codecs = hasKcat ? ['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'] : ['uncompressed', 'gzip']
const topicOf = (what: string) => `beside-${run}-${what}` as TopicName
const random = makeRandom(Number(process.env.SCAN_SEED ?? Math.floor(Math.random() * 1e9)))

/** A message as one line, by which two readers are compared. */
const line = (partition: number, offset: bigint, timestampMs: bigint, key: string, value: string) =>
  `${partition}\t${offset}\t${timestampMs}\t${key}\t${value}`
const timeOf = (one: string) => BigInt(one.split('\t')[2] ?? '0')
const partitionOf = (one: string) => Number(one.split('\t')[0])
const offsetOf = (one: string) => BigInt(one.split('\t')[1] ?? '0')

const readByKcat = (topic: TopicName, isolation: Isolation): string[] => {
  const level = `isolation.level=read_${isolation}`
  const format = '%p\\t%o\\t%T\\t%k\\t%s\\n'
  const ran = spawnSync('kcat', ['-C', '-b', brokers, '-t', topic, '-e', '-q', '-X', level, '-f', format], {
    maxBuffer: 1e9,
    encoding: 'utf8',
    timeout: 50_000,
  })
  if (ran.status !== 0) throw new Error(`kcat: ${ran.stderr}`)
  return ran.stdout.split('\n').filter((one) => one !== '')
}
const readByKafkajs = async (topic: TopicName, isolation: Isolation): Promise<string[]> => {
  const ends = new Map(
    (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, BigInt(high)]),
  )
  const consumer = kafka.consumer({
    groupId: `${topic}-${Math.random()}`,
    readUncommitted: isolation === 'uncommitted',
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const lines: string[] = []
  const open = new Set([...ends].filter(([, end]) => end > 0n).map(([partition]) => partition))
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachBatch: async ({ batch }) => {
        for (const { offset, timestamp, key, value } of batch.messages)
          lines.push(
            line(
              batch.partition,
              BigInt(offset),
              BigInt(timestamp),
              key?.toString() ?? '',
              value?.toString() ?? '',
            ),
          )
        if (BigInt(batch.lastOffset()) + 1n >= (ends.get(batch.partition) ?? 0n)) open.delete(batch.partition)
        if (open.size === 0) resolve()
      },
      eachBatchAutoResolve: true,
    })
  })
  await consumer.disconnect()
  return lines
}
const readBeside = async (topic: TopicName, isolation: Isolation = 'committed'): Promise<string[]> =>
  (hasKcat ? readByKcat(topic, isolation) : await readByKafkajs(topic, isolation)).toSorted()

const text = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString()
const lineOf = ({ partition, offset, timestampMs, key, value }: RawMessage) =>
  line(partition, offset, timestampMs, text(key), text(value))
const readOurs = async (topic: TopicName, more: Partial<ScanRequest> = {}): Promise<string[]> => {
  const found = expectOk(
    await collectScan(reader, { topics: [{ topic }], order: 'newest', limit: 1e6, budget, ...more }, call()),
  )
  expect(found.errors).toEqual([])
  return found.messages.map(lineOf).toSorted()
}
const makeTopic = async (what: string, numPartitions: number, settings: Record<string, string>) => {
  const topic = topicOf(what)
  const configEntries = Object.entries({ 'retention.ms': '-1', ...settings }).map(([name, value]) => ({
    name,
    value,
  }))
  await makeTopics(admin, [{ topic, numPartitions, configEntries }])
  return topic
}
const makeMessages = (count: number, partitions: number, keys = 1e6) =>
  Array.from({ length: count }, () => ({
    partition: random.below(partitions),
    key: `k${random.below(keys)}`,
    value: `v${random.below(1e6)} ${'abc '.repeat(random.below(80))}`,
    timestamp: String(1_700_000_000_000 + random.below(1_000_000)),
  }))
const fill = async (topic: TopicName, batches: number, partitions: number) => {
  const producer = kafka.producer()
  await producer.connect()
  for (let index = 0; index < batches; index++)
    await producer.send({ topic, messages: makeMessages(1 + random.below(300), partitions) })
  await producer.disconnect()
}
/** Transactions one after another, some aborted, with plain messages in between. */
const transact = async (topic: TopicName, rounds: number, partitions: number) => {
  const producer = kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (let round = 0; round < rounds; round++) {
    const transaction = await producer.transaction()
    for (let part = random.below(3); part >= 0; part--)
      await transaction.send({ topic, messages: makeMessages(1 + random.below(40), partitions) })
    await (random.chance(0.5) ? transaction.commit() : transaction.abort())
    await fill(topic, 1, partitions)
  }
  await producer.disconnect()
}

beforeAll(() => admin.connect())
afterAll(async () => {
  await admin.disconnect()
  await adapter.dispose()
})

describe(`beside ${peer}`, () => {
  it.each(codecs)('finds the same in random ranges and by random filters (%s)', async (codec) => {
    const topic = await makeTopic(codec, 5, { 'compression.type': codec })
    await fill(topic, 30, 5)
    const all = await readBeside(topic)
    expect(await readOurs(topic)).toEqual(all)
    for (let round = 0; round < 8; round++) {
      const [from, to] = [random.below(1_000_000), random.below(1_000_000)].map((ms) =>
        BigInt(1_700_000_000_000 + ms),
      )
      const part = String(random.below(100))
      const least = random.chance(0.3) ? BigInt(random.below(500)) : null
      const expected = all.filter(
        (one) =>
          timeOf(one) >= (from ?? 0n) &&
          timeOf(one) < (to ?? 0n) &&
          one.split('\t').slice(3).join('\t').includes(part) &&
          (least === null || offsetOf(one) >= least),
      )
      const more: Partial<ScanRequest> = {
        order: random.chance(0.5) ? 'newest' : 'oldest',
        sinceMs: from ?? 0n,
        untilMs: to ?? 0n,
        offsets: { least, most: null },
        filter: {
          accept: ({ key, value }) => text(key).includes(part) || text(value).includes(part),
          literals: [Buffer.from(part)],
        },
      }
      expect(await readOurs(topic, more)).toEqual(expected)
    }
  })

  it('sees the same of committed and of aborted transactions', async () => {
    const topic = await makeTopic('transactions', 3, { 'compression.type': codecs.at(-1) ?? 'gzip' })
    await transact(topic, 25, 3)
    await vi.waitFor(async () => {
      const found = expectOk(
        await collectScan(reader, { topics: [{ topic }], order: 'newest', limit: 1, budget }, call()),
      )
      expect(found.heldBack).toEqual([])
    }, 10_000)
    const [committed, all] = [await readBeside(topic), await readBeside(topic, 'uncommitted')]
    expect(committed.length).toBeLessThan(all.length)
    for (const order of ['newest', 'oldest'] as const) {
      expect(await readOurs(topic, { order })).toEqual(committed)
      expect(await readOurs(topic, { order, isolation: 'uncommitted' })).toEqual(all)
    }
    const marked = expectOk(
      await collectScan(
        reader,
        { topics: [{ topic }], order: 'newest', limit: 1e6, isolation: 'uncommitted', budget },
        call(),
      ),
    )
    const kept = marked.messages.filter(({ transaction }) => transaction !== 'aborted').map(lineOf)
    expect(kept.toSorted()).toEqual(committed)
  })

  it('sees the same of fifty partitions while they are written to', async () => {
    const topic = await makeTopic('fifty', 50, { 'compression.type': 'lz4' })
    await fill(topic, 20, 50)
    let isWriting = true
    const writing = (async () => {
      while (isWriting) await fill(topic, 2, 50)
    })()
    const before = await readBeside(topic)
    const ours = await readOurs(topic)
    isWriting = false
    await writing
    const after = await readBeside(topic)
    const reached = new Map<number, bigint>()
    for (const one of ours) {
      const known = reached.get(partitionOf(one)) ?? -1n
      if (offsetOf(one) > known) reached.set(partitionOf(one), offsetOf(one))
    }
    expect(ours).toEqual(after.filter((one) => offsetOf(one) <= (reached.get(partitionOf(one)) ?? -1n)))
    const seen = new Set(ours)
    expect(before.filter((one) => !seen.has(one))).toEqual([])
  })

  it('sees the same of what compaction has left', async () => {
    const topic = await makeTopic('compacted', 2, {
      'cleanup.policy': 'compact',
      'compression.type': 'zstd',
      'segment.bytes': '1048576',
      'segment.ms': '500',
      'min.cleanable.dirty.ratio': '0.001',
      'max.compaction.lag.ms': '1000',
      'delete.retention.ms': '0',
    })
    const producer = kafka.producer()
    await producer.connect()
    let sent = 0
    for (let index = 0; index < 30; index++) {
      const messages = makeMessages(200, 2, 40)
      sent += messages.length
      await producer.send({ topic, messages })
    }
    await new Promise((resolve) => setTimeout(resolve, 700))
    await producer.send({
      topic,
      messages: [0, 1].map((partition) => ({ partition, key: 'last', value: 'last' })),
    })
    await producer.disconnect()
    // The cleaner comes round every 15 seconds.
    await vi.waitFor(async () => expect((await readOurs(topic)).length).toBeLessThan(sent / 2), {
      timeout: 45_000,
      interval: 1_000,
    })
    await vi.waitFor(async () => {
      const all = await readBeside(topic)
      for (const order of ['newest', 'oldest'] as const) expect(await readOurs(topic, { order })).toEqual(all)
    }, 10_000)
  })
})
