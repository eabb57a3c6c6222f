import { describe, expect, it } from 'vitest'
import type { Death, DeathField, DecodedDeadLetter, RawHeader } from './dead-letter.ts'
import { decodeDeadLetter } from './decode-dead-letter.ts'
import * as letters from './hand-written-letters-fixture.ts'

const decode = (headers: readonly RawHeader[], topic?: string): DecodedDeadLetter => {
  const letter = decodeDeadLetter(headers, topic)
  if (!letter) throw new Error('it is a dead letter')
  return letter
}
const valuesOf = (death: Death | undefined): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(death ?? {})
      .filter(([field]) => field !== 'stack')
      .map(([field, fact]) => [field, fact.value]),
  )
const offsets = ({ death, history }: DecodedDeadLetter) =>
  [death, ...history].map(({ originOffset }) => originOffset?.value)

describe('a dead letter of', () => {
  it('Spring Kafka: binary coordinates, the newest of two origins, its exception replaced', () => {
    const letter = decode(letters.springTwice)
    expect(letter.convention).toBe('spring-dead-letter')
    expect(valuesOf(letter.death)).toEqual({
      originTopic: 'orders',
      originPartition: 3,
      originOffset: '9007199254741001',
      originTimestamp: '1700000000123',
      group: 'payments',
      errorClass: 'org.springframework.kafka.listener.ListenerExecutionFailedException',
      causeClass: 'com.shop.payments.PaymentFailed',
      message: 'Listener failed; order-7 not paid',
    })
    expect(offsets(letter)).toEqual(['9007199254741001', '9007199254740993'])
    expect(letter.missing).toEqual(['attempts'])
    expect(letter.neverWritten).toEqual(['diedAt'])
  })

  it('Spring Kafka, whose key could not be read: the error stands under the names for keys', () => {
    const { death } = decode(letters.springKeyFailure)
    expect(death.errorClass?.header).toBe('kafka_dlt-key-exception-fqcn')
    expect(death.causeClass?.value).toBe('org.apache.kafka.common.errors.SerializationException')
    expect(death.message?.value).toBe('failed to deserialize')
  })

  it('Spring @RetryableTopic: deliveries made, and times of as many bytes as they need', () => {
    const letter = decode(letters.retryable)
    expect(letter.convention).toBe('spring-retryable')
    expect(valuesOf(letter.death)).toMatchObject({
      originTopic: 'orders',
      originOffset: '42',
      group: 'payments',
      attempts: 3,
      originTimestamp: '1700000000123',
    })
    expect(letter.history).toEqual([])
    const withoutTimestamp = letters.retryable.filter(({ name }) => name !== 'kafka_original-timestamp')
    expect(decode(withoutTimestamp).death.originTimestamp).toMatchObject({
      value: '1700000000123',
      header: 'retry_topic-original-timestamp',
    })
  })

  it('Spring @RetryableTopic that was sent again with its headers: the first origin is all it keeps', () => {
    const letter = decode(letters.retryableReplayed)
    expect(letter.death.originOffset?.value).toBe('42')
    expect(letter.death.attempts?.value).toBe(4)
    expect(letter.history).toEqual([])
  })

  it('Spring Cloud Stream: no group and no attempts, the last set is newest', () => {
    const letter = decode(letters.binderTwice)
    expect(letter.convention).toBe('spring-cloud-stream')
    expect(offsets(letter)).toEqual(['6', '5'])
    expect(letter.history[0]?.message?.value).toBe('card refused by bank-7')
    expect(letter.neverWritten).toEqual(['group', 'attempts', 'causeClass', 'diedAt'])
    expect(letter.hasCommonNames).toBe(false)
  })

  it('Kafka Connect: decimal text, a null message, the connector as group, the last set is newest', () => {
    const letter = decode(letters.connectTwice)
    expect(letter.convention).toBe('kafka-connect')
    expect(letter.death.group?.value).toBe('connect-warehouse')
    expect(offsets(letter)).toEqual(['88300', '88213'])
    expect(letter.missing).toEqual(['message'])
    expect(letter.timestampOf).toBe('origin')
  })

  it('Connect under a prefix of its own is known by its shape', () => {
    const letter = decode(letters.connectOwnPrefix)
    expect(letter.convention).toBe('connect-style')
    expect(letter.death.originOffset).toEqual({ value: '88213', header: 'acme.sink.offset', index: 6 })
    expect(letter.death.group?.value).toBe('connect-warehouse')
    expect(letter.hasCommonNames).toBe(true)
    const neo4j = decode(letters.neo4j)
    expect(neo4j.convention).toBe('connect-style')
    expect(neo4j.death.errorClass?.value).toBe('org.neo4j.graphdb.QueryExecutionException')
  })

  it.each([
    ['the class', 'com.shop.CardDeclinedException'],
    ['toString()', 'com.shop.CardDeclinedException: card refused: by bank-7'],
  ])('Kafka Streams, with %s in its exception header', (_, exception) => {
    const letter = decode(letters.streams(exception))
    expect(letter.convention).toBe('kafka-streams')
    expect(letter.death.errorClass?.value).toBe('com.shop.CardDeclinedException')
    expect(letter.missing).toEqual(['message'])
    expect(letter.timestampOf).toBe('origin')
  })

  it('a share group: it names group and deliveries, has no exception, and may be a pointer', () => {
    const letter = decode(letters.shareGroup())
    expect(letter.convention).toBe('share-group')
    expect(valuesOf(letter.death)).toEqual({
      originTopic: 'orders',
      originPartition: 3,
      originOffset: '42',
      group: 'packers',
      attempts: 5,
      message: 'Offset delivery count exceeded the threshold.',
    })
    expect(letter.mayPoint).toBe(true)
  })

  it('SmallRye: the first set is newest, and takes no cause from the one behind it', () => {
    const letter = decode(letters.smallryeTwice)
    expect(letter.convention).toBe('smallrye')
    expect(offsets(letter)).toEqual(['20', '10'])
    expect(letter.missing).toContain('causeClass')
    expect(letter.history[0]?.causeClass?.value).toBe('com.shop.CardDeclinedException')
  })

  it('SmallRye with delayed retry: the error of the last hop, the origin of the first, no hop is a death', () => {
    const letter = decode(letters.smallryeRetry)
    expect(letter.convention).toBe('smallrye-retry')
    expect(valuesOf(letter.death)).toEqual({
      originTopic: 'orders',
      originPartition: 1,
      originOffset: '41',
      originTimestamp: '1700000000123',
      attempts: 3,
      errorClass: 'com.shop.PaymentFailed',
      message: 'failed at orders_retry_20000',
    })
    expect(letter.history).toEqual([])
    expect(offsets(decode(letters.smallryeRetryReplayed))).toEqual(['99', '41'])
  })

  it.each(['source_', 'original_'] as const)('Karafka with %s', (prefix) => {
    const letter = decode(letters.karafka(prefix))
    expect(letter.convention).toBe('karafka')
    expect(valuesOf(letter.death)).toEqual({
      originTopic: 'orders',
      originPartition: 3,
      originOffset: '42',
      group: 'payments',
      attempts: 4,
    })
    expect(letter.hasCommonNames).toBe(true)
  })

  it.each([
    [
      'watermill',
      letters.watermill,
      { originTopic: 'orders', message: 'dial tcp 10.0.0.7:5432: connection refused' },
    ],
    [
      'wolverine',
      letters.wolverine,
      {
        errorClass: 'Shop.Payments.CardDeclinedException',
        message: 'card refused by bank-7',
        diedAt: '1795000000123',
      },
    ],
    [
      'laravel-kafka',
      letters.laravelKafka,
      { errorClass: 'App\\Exceptions\\CardDeclined', message: 'card refused' },
    ],
    [
      'masstransit',
      letters.massTransit,
      {
        originTopic: 'orders',
        attempts: 4,
        errorClass: 'Shop.Payments.CardDeclinedException',
        message: 'card refused',
        diedAt: '1790371972411',
      },
    ],
    [
      'nservicebus',
      letters.nServiceBus,
      {
        originTopic: 'orders',
        errorClass: 'Shop.Payments.CardDeclinedException',
        message: 'card refused',
        diedAt: '1790371972411',
      },
    ],
  ])('%s', (convention, headers, facts) => {
    const letter = decode(headers)
    expect(letter.convention).toBe(convention)
    expect(valuesOf(letter.death)).toEqual(facts)
  })
})

/** What a tool does that knows names and encodings but takes the last header of a name, whatever the framework. */
const lastHeader = (headers: readonly RawHeader[], name: string): string | undefined => {
  const value = headers.findLast((header) => header.name === name)?.value
  if (!value) return undefined
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  if (value.length === 4 && name.startsWith('retry_topic')) return String(view.getInt32(0))
  return value.length === 8 && name.startsWith('kafka')
    ? String(view.getBigInt64(0))
    : Buffer.from(value).toString()
}

describe('a reader of last headers is wrong', () => {
  it.each([
    [
      'about SmallRye after a second death',
      letters.smallryeTwice,
      'dead-letter-offset',
      'originOffset',
      '10',
      '20',
    ],
    [
      'about the error of SmallRye after its cause was fixed once',
      letters.smallryeTwice,
      'dead-letter-cause-class-name',
      'causeClass',
      'com.shop.CardDeclinedException',
      undefined,
    ],
    [
      'about the error of the last hop of a delayed retry',
      letters.smallryeRetry,
      'delayed-retry-reason',
      'message',
      'failed at orders',
      'failed at orders_retry_20000',
    ],
    [
      'about the deliveries of @RetryableTopic',
      letters.retryable,
      'retry_topic-attempts',
      'attempts',
      '4',
      '3',
    ],
    [
      'about a delayed retry that was replayed once',
      letters.smallryeRetryReplayed,
      'delayed-retry-offset',
      'originOffset',
      '41',
      '99',
    ],
    [
      'about a letter of SmallRye that was replayed into Spring',
      [...letters.springOnce.slice(4), ...letters.smallryeTwice],
      'dead-letter-offset',
      'originOffset',
      '10',
      '9007199254740993',
    ],
  ] as const)('%s', (_, headers, name, field, naive, right) => {
    expect(lastHeader(headers, name)).toBe(naive)
    const value = decode(headers, 'orders-dlt').death[field as DeathField]?.value
    expect(value === undefined ? undefined : String(value)).toBe(right)
    expect(naive).not.toBe(right)
  })
})
