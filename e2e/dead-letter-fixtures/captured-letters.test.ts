import { describe, expect, it } from 'vitest'
import { type LetterFacts, readLetterFacts } from '#server/domain/letter-facts.ts'
import { bytesOf, type Capture, headersOf, readCaptures, type StoredRecord } from './captured-letters.ts'

/** The way in which the consumer was asked to fail. */
const caseOf = ({ headers }: StoredRecord): string => {
  const [, value] = headers.find(([name]) => name === 'case') ?? []
  return bytesOf(value ?? null)?.toString() ?? ''
}

const factsOf = (letter: StoredRecord): LetterFacts =>
  readLetterFacts('captured', {
    topic: letter.topic,
    headers: headersOf(letter),
    key: bytesOf(letter.key),
    value: bytesOf(letter.value),
  })

/** What is left of a letter for a copy that is to be processed anew. */
const strippedHeaders = (letter: StoredRecord): StoredRecord['headers'] => {
  const { decoded } = factsOf(letter)
  return letter.headers.filter(([name]) => !decoded?.failureHeaders.some((pattern) => pattern.test(name)))
}

const shop = 'com.shop.payments'
const notAccepted = `${shop}.PaymentService$OrderNotAccepted`
const charge = `${shop}.PaymentService.charge(PaymentService.java)`
const unreadable = {
  rootCause: 'java.lang.ArithmeticException',
  frame: `${shop}.OrderDeserializer.deserialize(OrderDeserializer.java)`,
}
const springUnreadable = {
  ...unreadable,
  errorClass: 'org.springframework.kafka.support.serializer.DeserializationException',
  message: 'unknown frame',
}
const jacksonUnreadable = {
  errorClass: 'org.apache.kafka.connect.errors.DataException',
  rootCause: 'com.fasterxml.jackson.core.JsonParseException',
  message: 'Converting byte[] to Kafka Connect data failed due to serialization error: ',
  // Frames of Jackson and Connect alone.
  frame: null,
}
const streamsUnreadable = {
  ...unreadable,
  errorClass: 'java.lang.IllegalArgumentException',
  message: 'no order begins with 0xff',
}

type Failure = Pick<LetterFacts, 'errorClass' | 'rootCause' | 'message' | 'frame'>
type Expected = {
  readonly convention: LetterFacts['convention']
  readonly group: (capture: Capture) => string | null
  readonly failures: Readonly<Record<string, Partial<Failure>>>
  /** What Spring Kafka before 3.0 writes otherwise: the thrown class as cause, and every message with that of its cause. */
  readonly before3?: Readonly<Record<string, Partial<Failure>>>
  /** Deliveries by the way in which the consumer failed, and those of the letter that was sent again. */
  readonly attempts?: (failure: string, again: boolean) => number
  /** The framework keeps the first origin of a letter that was sent again, and nothing of the second. */
  readonly keepsFirstOrigin?: true
  /** It keeps the first origin's time alone. */
  readonly keepsFirstTime?: true
  /** It writes the dead letter with the time of the record that died. */
  readonly keepsTimestamp?: true
  /** SmallRye 4.36 writes the bytes of a key that could not be read in the place of the value, too. */
  readonly losesValueOfBadKey?: true
  /** Topics between the application's and that of the dead letters: what got there died there, under a key of theirs. */
  readonly between?: RegExp
}

/** The exception with a cause, and the one that has neither message nor cause. */
const thrown = (
  message: string,
  nullMessage: string | null,
): Record<'cause-chain' | 'null-message', Failure> => ({
  'cause-chain': {
    errorClass: notAccepted,
    rootCause: `${shop}.PaymentService$CardDeclined`,
    message,
    frame: charge,
  },
  'null-message': {
    errorClass: notAccepted,
    rootCause: notAccepted,
    message: nullMessage,
    frame: `${shop}.PaymentService.pay(PaymentService.java)`,
  },
})
/** A wrapper's message is that of its root cause where there is one. */
const card = 'card refused by bank 7'

const springMethod = (listener: string, parameter: string): string =>
  `Listener method 'void ${shop}.${listener}.on(${parameter})' threw exception; `
const springRecord = springMethod(
  'RecordListener',
  'org.apache.kafka.clients.consumer.ConsumerRecord<java.lang.String, java.lang.String>',
)

const springBatch = springMethod(
  'BatchListener',
  'java.util.List<org.apache.kafka.clients.consumer.ConsumerRecord<java.lang.String, java.lang.String>>',
)

const smallryeUnreadable = {
  errorClass: 'org.apache.kafka.common.errors.RecordDeserializationException',
  rootCause: 'org.apache.kafka.common.errors.RecordDeserializationException',
  message: 'no order begins with 0xff',
  frame: null,
}
/** It names its own exception and Java's around the one thrown, and writes no stack. */
const smallryeThrown = {
  errorClass: 'io.smallrye.reactive.messaging.providers.ProcessingException',
  rootCause: 'io.smallrye.reactive.messaging.providers.ProcessingException',
  message: 'SRMSG00103: Exception thrown when calling the method com.shop.payments.OrderConsumer#on',
  frame: null,
}
const messagingFailed = 'org.springframework.messaging.MessagingException'
const batchFailed = 'org.springframework.kafka.listener.BatchListenerFailedException'

const expected: Readonly<Record<string, Expected>> = {
  batch: {
    convention: 'spring-dead-letter',
    group: ({ group }) => group,
    failures: {
      'cause-chain': { ...thrown(card, null)['cause-chain'], errorClass: batchFailed },
      'null-message': {
        ...thrown(card, `${springBatch}order 42 failed @-0`)['null-message'],
        errorClass: batchFailed,
      },
      'bad-value': springUnreadable,
      'bad-key': springUnreadable,
    },
  },
  'delayed-retry-topic': {
    convention: 'smallrye-retry',
    group: () => null,
    failures: { 'cause-chain': smallryeThrown, 'null-message': smallryeThrown },
    // Its count and its time of the origin stay as they are on what was sent again: it died after one delivery more.
    attempts: () => 3,
    keepsFirstTime: true,
  },
  binder: {
    convention: 'spring-cloud-stream',
    group: ({ group }) => group,
    failures: {
      'cause-chain': { ...thrown(card, null)['cause-chain'], errorClass: messagingFailed },
      'null-message': {
        ...thrown(card, null)['null-message'],
        errorClass: messagingFailed,
        message: expect.stringMatching(/^error occurred in message handler \[.*\]; $/),
      },
    },
  },
  'dead-letter-queue': {
    convention: 'smallrye',
    group: () => null,
    failures: {
      'cause-chain': smallryeThrown,
      'null-message': smallryeThrown,
      'bad-value': smallryeUnreadable,
      'bad-key': smallryeUnreadable,
    },
    losesValueOfBadKey: true,
  },
  recoverer: {
    convention: 'spring-dead-letter',
    group: ({ group }) => group,
    failures: {
      ...thrown(card, springRecord),
      'bad-value': springUnreadable,
      'bad-key': springUnreadable,
    },
    before3: {
      'null-message': {
        message: `${springRecord}nested exception is ${notAccepted}; nested exception is ${notAccepted}`,
      },
      'bad-value': { errorClass: 'java.lang.IllegalArgumentException' },
      'bad-key': { errorClass: 'java.lang.IllegalArgumentException' },
    },
  },
  retryable: {
    convention: 'spring-retryable',
    group: ({ group }) => group,
    failures: {
      ...thrown(card, 'Listener failed; '),
      'bad-value': springUnreadable,
      'bad-key': springUnreadable,
    },
    // What can not be read is not tried again; what died once is given one delivery more.
    attempts: (failure, again) => (failure.startsWith('bad-') ? 1 : again ? 4 : 3),
    keepsFirstOrigin: true,
  },
  sink: {
    convention: 'kafka-connect',
    group: ({ group }) => `connect-${group}`,
    failures: {
      ...thrown('order 42 not accepted', null),
      transformation: thrown('order 42 not accepted', null)['cause-chain'],
      'bad-value': jacksonUnreadable,
      'bad-key': jacksonUnreadable,
    },
    keepsTimestamp: true,
  },
  direct: {
    convention: 'kafka-streams',
    group: () => null,
    failures: {
      ...thrown('order 42 not accepted', null),
      'bad-value': streamsUnreadable,
      'bad-key': streamsUnreadable,
    },
    keepsTimestamp: true,
  },
  repartitioned: {
    convention: 'kafka-streams',
    group: () => null,
    failures: {
      ...thrown('order 42 not accepted', null),
      'bad-value': streamsUnreadable,
      'bad-key': streamsUnreadable,
    },
    keepsTimestamp: true,
    between: /-repartition$/,
  },
}

const captures = readCaptures()

describe.each(captures)('$name', (capture) => {
  const as = expected[capture.style]
  const again = capture.letters.at(-1)
  const given = capture.origins.filter(({ topic }) => topic === capture.topic)
  /** The records that died in this way, the first before that which was sent again. */
  const originsOf = (letter: StoredRecord): readonly StoredRecord[] => {
    const isAlike = (origin: StoredRecord) => caseOf(origin) === caseOf(letter)
    const between = capture.origins.filter((one) => as?.between?.test(one.topic) && isAlike(one))
    return between.length > 0 ? between : given.filter(isAlike)
  }
  const originOf = (letter: StoredRecord): StoredRecord | undefined =>
    originsOf(letter).at(letter === again && !as?.keepsFirstOrigin ? -1 : 0)

  it('holds a letter of each failure, and one that died twice', () => {
    const failures = Object.keys(as?.failures ?? {})
    expect(capture.letters.map(caseOf).toSorted()).toEqual([...failures, 'cause-chain'].toSorted())
    expect(again && caseOf(again)).toBe('cause-chain')
  })

  describe.each(capture.letters.map((letter) => ({ failure: caseOf(letter), letter })))(
    '$failure',
    ({ failure, letter }) => {
      const facts = factsOf(letter)
      const origin = originOf(letter)

      it('names the record that died, its reader and why it died', () => {
        expect(facts).toMatchObject({
          convention: as?.convention,
          confidence: origin?.topic === capture.topic ? 'certain' : 'likely',
          originTopic: origin?.topic,
          originPartition: origin?.partition,
          originOffset: BigInt(origin?.offset ?? -1),
          group: as?.group(capture),
          attempts: as?.attempts?.(failure, letter === again) ?? null,
          isPointer: false,
          ...as?.failures[failure],
          ...(capture.version.startsWith('2.') ? as?.before3?.[failure] : {}),
        })
        const { originTimestamp } = facts.decoded?.death ?? {}
        const timed = as?.keepsFirstTime ? originsOf(letter)[0] : origin
        if (originTimestamp) expect(originTimestamp.value).toBe(timed?.timestampMs)
        expect(letter.timestampMs === origin?.timestampMs).toBe(as?.keepsTimestamp === true)
      })

      it('has the deaths before its newest as history', () => {
        const earlier = letter === again && !as?.keepsFirstOrigin ? [originsOf(letter)[0]?.offset] : []
        expect(facts.decoded?.history.map(({ originOffset }) => originOffset?.value)).toEqual(earlier)
      })

      it('is what the application wrote once its failure headers are taken off, and its bytes are the same', () => {
        const written = given.find((one) => caseOf(one) === failure)
        expect(strippedHeaders(letter)).toEqual(written?.headers)
        const value = failure === 'bad-key' && as?.losesValueOfBadKey ? written?.key : written?.value
        expect([letter.key, letter.value]).toEqual([as?.between ? letter.key : written?.key, value])
      })
    },
  )
})
