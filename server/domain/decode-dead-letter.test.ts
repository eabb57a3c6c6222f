import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RawHeader } from './dead-letter.ts'
import { decodeDeadLetter } from './decode-dead-letter.ts'

const text = (name: string, value: string): RawHeader => ({ name, value: Buffer.from(value) })
const int32 = (name: string, value: number): RawHeader => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return { name, value: bytes }
}
const int64 = (name: string, value: bigint): RawHeader => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return { name, value: bytes }
}

// Typed by hand from the frameworks' sources; the encodings are those of KafkaHeaders, DeadLetterQueueReporter
// and KafkaDeadLetterQueue.
const springDeath = (topic: string, offset: bigint): RawHeader[] => [
  text('kafka_dlt-original-topic', topic),
  int32('kafka_dlt-original-partition', 3),
  int64('kafka_dlt-original-offset', offset),
  int64('kafka_dlt-original-timestamp', 1_700_000_000_123n),
]

describe('a Spring dead letter', () => {
  test('has binary coordinates read without rounding', () => {
    const letter = decodeDeadLetter(springDeath('orders', 9_007_199_254_740_993n))
    expect(letter?.convention).toBe('spring-dead-letter')
    expect(letter?.death.originPartition?.value).toBe(3)
    expect(letter?.death.originOffset?.value).toBe('9007199254740993')
  })

  test('that died twice names its last death and keeps the first as history', () => {
    const letter = decodeDeadLetter([
      ...springDeath('orders', 10n),
      ...springDeath('orders', 20n),
      text('kafka_dlt-exception-message', 'card refused'),
    ])
    expect(letter?.death.originOffset).toEqual({ value: '20', header: 'kafka_dlt-original-offset', index: 6 })
    expect(letter?.death.message?.value).toBe('card refused')
    expect(letter?.history.map((death) => death.originOffset?.value)).toEqual(['10'])
  })

  test('whose newest offset is unreadable does not borrow the older one', () => {
    const letter = decodeDeadLetter([
      ...springDeath('orders', 10n),
      text('kafka_dlt-original-offset', 'rubbish!!'),
    ])
    expect(letter?.death.originOffset).toBeUndefined()
    expect(letter?.missing).toContain('originOffset')
  })
})

describe('a SmallRye dead letter', () => {
  test('that died twice names its first headers: they are the newest there', () => {
    const letter = decodeDeadLetter([
      text('dead-letter-topic', 'stock'),
      text('dead-letter-offset', '20'),
      text('dead-letter-topic', 'stock'),
      text('dead-letter-offset', '10'),
    ])
    expect(letter?.death.originOffset?.value).toBe('20')
    expect(letter?.history[0]?.originOffset?.value).toBe('10')
  })
})

describe('a Kafka Connect dead letter', () => {
  test('whose exception had no message carries a null header, which is missing and not empty', () => {
    const letter = decodeDeadLetter([
      text('__connect.errors.topic', 'payments'),
      text('__connect.errors.partition', '0'),
      text('__connect.errors.offset', '88213'),
      { name: '__connect.errors.exception.message', value: null },
    ])
    expect(letter?.death.originOffset?.value).toBe('88213')
    expect(letter?.missing).toContain('message')
  })

  test('with a partition beyond int32 does not claim one', () => {
    const letter = decodeDeadLetter([
      text('__connect.errors.topic', 'payments'),
      text('__connect.errors.partition', '4294967296'),
    ])
    expect(letter?.missing).toContain('originPartition')
  })
})

describe('any record', () => {
  test('without a known marker is no dead letter', () => {
    expect(decodeDeadLetter([text('traceparent', '00-1-2-01')])).toBeNull()
  })

  test('keeps every 64-bit offset exactly, whatever user headers surround it', () => {
    const userHeader = fc.record({
      name: fc.string().map((name) => `user-${name}`),
      value: fc.option(fc.uint8Array()),
    })
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        fc.array(userHeader),
        fc.array(userHeader),
        (offset, before, after) => {
          const letter = decodeDeadLetter([...before, ...springDeath('orders', offset), ...after])
          expect(letter?.death.originOffset?.value).toBe(offset.toString())
        },
      ),
    )
  })

  test('with rubbish in failure headers is decoded without an exception', () => {
    const rubbish = fc.record({
      name: fc.constantFrom(
        'kafka_dlt-original-topic',
        'kafka_dlt-original-partition',
        'dead-letter-topic',
        'dead-letter-offset',
        '__connect.errors.topic',
        '__connect.errors.partition',
      ),
      value: fc.option(fc.uint8Array()),
    })
    fc.assert(
      fc.property(fc.array(rubbish), (headers) => {
        decodeDeadLetter(headers)
      }),
    )
  })
})
