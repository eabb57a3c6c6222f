import fc from 'fast-check'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectionConfig } from '#server/config.ts'
import type { TopicName } from '#server/contracts/scalars.ts'
import type { MessageReader } from '#server/ports/message-reader.ts'
import type { Publisher } from '#server/ports/publisher.ts'
import type { RawMessage } from '#server/ports/raw-message.ts'
import { makeTopics } from '#server/sandbox/stack/make-topics.ts'
import { collectScan } from '#server/services/collect-scan.ts'
import { expectOk } from './broker-contract.ts'
import { makeKafkaAdapter } from './make-kafka-adapter.ts'

const brokers = inject('brokers')
const run = Math.random().toString(36).slice(2, 8)
const call = () => ({ signal: AbortSignal.timeout(30_000) })
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const admin = kafka.admin()
const adapter = makeKafkaAdapter(connectionConfig.parse({ id: 'test', name: 'Test', brokers }))
const reader = adapter.messages as MessageReader
const publisher = adapter.publisher as Publisher
const budget = { messages: 1e9, bytes: 1e9, milliseconds: 30_000 }
const codecs = ['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const topicOf = (codec: string) => `batches-${run}-${codec}` as TopicName

const bytes = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 40 }).map((one) => Buffer.from(one)),
  // Long enough and like enough for codecs to have something to do.
  fc
    .tuple(fc.constantFrom('abc', 'needle ', '{"id":1}'), fc.nat(3_000))
    .map(([text, times]) => Buffer.from(text.repeat(times))),
)
const record = fc.record({
  key: bytes,
  value: bytes,
  headers: fc.array(
    fc.record({
      name: fc.string({ maxLength: 10, unit: 'binary' }),
      value: fc.option(fc.uint8Array({ maxLength: 10 })),
    }),
    { maxLength: 4 },
  ),
  // Up and down within a batch: deltas of either sign, of one byte and of several.
  timestampMs: fc.oneof(
    fc.integer({ min: 0, max: 100 }).map((one) => 1_700_000_000_000n + BigInt(one)),
    fc.bigInt({ min: 1n, max: 1_750_000_000_000n }),
  ),
})
const hex = (one: Uint8Array | null) => (one === null ? null : Buffer.from(one).toString('hex'))
const plain = ({
  key,
  value,
  headers,
  timestampMs,
}: Pick<RawMessage, 'key' | 'value' | 'headers' | 'timestampMs'>) => ({
  key: hex(key),
  value: hex(value),
  headers: headers.map((one) => [Buffer.from(one.name, 'utf8').toString(), hex(one.value)]),
  timestampMs,
})

beforeAll(async () => {
  await admin.connect()
  await makeTopics(
    admin,
    codecs.map((codec) => ({
      topic: topicOf(codec),
      numPartitions: 1,
      configEntries: [
        { name: 'compression.type', value: codec },
        { name: 'retention.ms', value: '-1' },
      ],
    })),
  )
})
afterAll(async () => {
  await admin.disconnect()
  await adapter.dispose()
})

describe('batches that a broker wrote', () => {
  it.each(codecs)('come back byte for byte (%s)', async (codec) => {
    const topic = topicOf(codec)
    let written = 0n
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 60 }), async (records) => {
        const from = written
        const sent = records.map((one) => ({ ...one, topic, partition: 0 }))
        expectOk(await publisher.send(sent, call()))
        written += BigInt(records.length)
        const read = expectOk(
          await reader.readForward({ topic, partition: 0, from, limit: 1_000, budget }, call()),
        )
        expect(read.messages.map(plain)).toEqual(records.map(plain))
      }),
      { numRuns: 12 },
    )
  })

  it.each(codecs)('lose nothing to a search of their bytes (%s)', async (codec) => {
    const topic = topicOf(codec)
    const all = expectOk(
      await collectScan(reader, { topics: [{ topic }], order: 'newest', limit: 100_000, budget }, call()),
    ).messages
    const holds = (one: RawMessage, literal: Buffer): boolean =>
      [one.key, one.value, ...one.headers.flatMap(({ name, value }) => [Buffer.from(name), value])].some(
        (part) => part !== null && Buffer.from(part).includes(literal),
      )
    for (const literal of [
      Buffer.from('needle n'),
      Buffer.from('{"id"'),
      Buffer.from([0]),
      Buffer.from('zzz'),
    ]) {
      const accept = (one: RawMessage) => holds(one, literal)
      const request = { topics: [{ topic }], limit: 100_000, budget, filter: { accept, literals: [literal] } }
      for (const order of ['newest', 'oldest'] as const) {
        const found = expectOk(await collectScan(reader, { ...request, order }, call()))
        expect(found.messages.length).toBe(all.filter(accept).length)
        expect(found.scannedMessages).toBe(BigInt(all.length))
        // What was found stays as it was although its batch is gone.
        for (const one of found.messages) expect(accept(one)).toBe(true)
      }
    }
  })
})
