import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RawHeader } from './dead-letter.ts'
import { connectSuffixes, deadLetterConventions, rulesOf } from './dead-letter-conventions.ts'
import { decodeDeadLetter } from './decode-dead-letter.ts'
import { everyLetter } from './hand-written-letters-fixture.ts'

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

describe('deaths that lack headers', () => {
  test('are paired by where their headers stand: one without a group does not take the group of another', () => {
    const group = text('kafka_dlt-original-consumer-group', 'payments')
    const groups = (headers: RawHeader[]) => {
      const letter = decodeDeadLetter(headers)
      return [letter?.death, ...(letter?.history ?? [])].map((death) => [
        death?.originOffset?.value,
        death?.group?.value,
      ])
    }
    const first = springDeath('orders', 10n)
    const second = springDeath('orders', 20n)
    const third = springDeath('orders', 30n)
    expect(groups([...first, group, ...second, ...third, group])).toEqual([
      ['30', 'payments'],
      ['20', undefined],
      ['10', 'payments'],
    ])
    expect(groups([...first, ...second, group, ...third])).toEqual([
      ['30', undefined],
      ['20', 'payments'],
      ['10', undefined],
    ])
  })

  test('take an origin that was written only once: Spring keeps the first origin alone', () => {
    const letter = decodeDeadLetter([
      ...springDeath('orders', 10n),
      text('kafka_dlt-exception-fqcn', 'FirstException'),
      text('kafka_dlt-exception-message', 'first'),
      text('kafka_dlt-exception-fqcn', 'SecondException'),
    ])
    expect(letter?.death.errorClass?.value).toBe('SecondException')
    expect(letter?.death.originOffset?.value).toBe('10')
    expect(letter?.death.message).toBeUndefined()
    expect(letter?.history.map((death) => [death.errorClass?.value, death.message?.value])).toEqual([
      ['FirstException', 'first'],
    ])
  })
})

describe('attempts', () => {
  const attempts = (...values: Uint8Array[]) =>
    decodeDeadLetter([
      ...springDeath('orders', 10n),
      ...values.map((value) => ({ name: 'retry_topic-attempts', value })),
    ])
  test('are four bytes big-endian, or one byte as Spring wrote them before', () => {
    expect(attempts(Uint8Array.of(0, 0, 1, 2))?.death.attempts?.value).toBe(257)
    expect(attempts(Uint8Array.of(3))?.death.attempts?.value).toBe(2)
    expect(attempts(Uint8Array.of(1, 2))?.missing).toContain('attempts')
  })
  test('are the deliveries made: Spring writes the number of the next, at every hop, and a hop is no death', () => {
    const letter = attempts(...[2, 3, 4].map((next) => Uint8Array.of(0, 0, 0, next)))
    expect(letter?.death.attempts?.value).toBe(3)
    expect(letter?.history).toEqual([])
  })
})

describe('a record with the headers of two conventions', () => {
  const connect = (topic: string, offset: string): RawHeader[] => [
    text('__connect.errors.topic', topic),
    text('__connect.errors.offset', offset),
    text('__connect.errors.connector.name', 'warehouse'),
  ]
  const smallrye = (topic: string): RawHeader[] => [
    text('dead-letter-exception-class-name', 'E'),
    text('dead-letter-topic', topic),
  ]
  const user = text('tag', 'x')

  test('died last under the one that appended last', () => {
    const springLast = decodeDeadLetter([...connect('stock', '5'), ...springDeath('orders', 10n)])
    expect(springLast?.conventions).toEqual(['spring-dead-letter', 'kafka-connect'])
    expect(springLast?.history[0]?.originTopic?.value).toBe('stock')
    const connectLast = decodeDeadLetter([...springDeath('orders', 10n), user, ...connect('stock', '5')])
    expect(connectLast?.convention).toBe('kafka-connect')
    expect(connectLast?.death.group?.value).toBe('connect-warehouse')
    expect(connectLast?.history[0]?.originOffset?.value).toBe('10')
  })

  test('died last where the other one had put it', () => {
    const headers = [...smallrye('orders-dlt'), user, ...springDeath('orders', 10n)]
    expect(decodeDeadLetter(headers)?.convention).toBe('smallrye')
    const other = [...smallrye('stock'), user, ...springDeath('dead-letter-topic-stock', 10n)]
    expect(decodeDeadLetter(other)?.convention).toBe('spring-dead-letter')
  })

  test('died last under the one whose dead-letter topic holds it', () => {
    const headers = [...smallrye('stock'), user, ...springDeath('orders', 10n)]
    expect(decodeDeadLetter(headers, 'dead-letter-topic-stock')?.convention).toBe('smallrye')
    expect(decodeDeadLetter(headers, 'orders-dlt')?.convention).toBe('spring-dead-letter')
  })

  test('died last under the one whose headers are at their place, where one was moved', () => {
    const headers = [...smallrye('stock'), ...springDeath('orders', 10n), user]
    expect(decodeDeadLetter(headers)?.convention).toBe('smallrye')
    const moved = [user, ...smallrye('stock'), ...springDeath('orders', 10n)]
    expect(decodeDeadLetter(moved)?.convention).toBe('spring-dead-letter')
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

  test('of any framework is read alike, whatever user headers stand among its own', () => {
    const userHeader = fc.record({
      name: fc.string().map((name) => `user-${name}`),
      value: fc.option(fc.uint8Array()),
    })
    const factsOf = (headers: readonly RawHeader[]) => {
      const letter = decodeDeadLetter(headers)
      return [letter?.death, ...(letter?.history ?? [])].map((death) =>
        Object.entries(death ?? {}).map(([field, { value }]) => [field, value]),
      )
    }
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(everyLetter)),
        fc.array(fc.tuple(fc.nat({ max: 40 }), userHeader), { maxLength: 8 }),
        (letter, inserted) => {
          const headers = inserted.reduce(
            (list, [at, header]) => list.toSpliced(Math.min(at, list.length), 0, header),
            [...letter],
          )
          expect(factsOf(headers)).toEqual(factsOf(letter))
        },
      ),
    )
  })

  test('with rubbish in any failure header is decoded without an exception, to what its bytes can be', () => {
    const names = deadLetterConventions.flatMap((convention) => [
      ...convention.marker,
      ...rulesOf(convention).map(([, { header }]) => header),
    ])
    const prefixed = ['topic', 'partition', 'offset', ...connectSuffixes].map((suffix) => `own.${suffix}`)
    const rubbish = fc.record({
      name: fc.oneof(fc.constantFrom(...names, ...prefixed), fc.string()),
      value: fc.option(
        fc.oneof(
          fc.uint8Array(),
          fc.stringMatching(/^-?\d{1,22}$/).map((one) => Buffer.from(one)),
        ),
      ),
    })
    fc.assert(
      fc.property(fc.array(rubbish, { maxLength: 60 }), fc.string(), (headers, topic) => {
        const letter = decodeDeadLetter(headers, topic)
        for (const death of letter ? [letter.death, ...letter.history] : []) {
          expect(death.originPartition?.value ?? 0).toBeGreaterThanOrEqual(0)
          expect(death.attempts?.value ?? 0).toBeGreaterThanOrEqual(0)
          for (const number of [death.originOffset, death.originTimestamp, death.diedAt])
            expect(number?.value ?? '0').toMatch(/^\d{1,19}$/)
          for (const { header, index } of Object.values(death)) expect(headers[index]?.name).toBe(header)
        }
      }),
      { numRuns: 500 },
    )
  })
})
