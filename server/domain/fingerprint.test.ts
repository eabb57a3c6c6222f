import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type FingerprintRule, identifyFailure, shortFrame } from './fingerprint.ts'
import { normaliseMessage } from './normalise-message.ts'
import { readStack } from './read-stack.ts'

const javaStack = (
  line: number,
): string => `org.springframework.kafka.listener.ListenerExecutionFailedException: Listener failed
	at org.springframework.kafka.listener.adapter.Handler.invoke(Handler.java:12)
	at com.shop.payments.Listener.on(Listener.java:${line + 1})
Caused by: com.shop.payments.CardDeclinedException: card refused by bank-7
	at java.base/java.util.Optional.orElseThrow(Optional.java:403)
	at com.shop.payments.PaymentClient.charge(PaymentClient.java:${line})
	at com.shop.payments.Listener.on(Listener.java:31)
	... 12 more`

describe('a failure group', () => {
  test('is named by the root cause and its first application frame, not by the wrapper', () => {
    expect(readStack(javaStack(88))).toMatchObject({
      rootCause: 'com.shop.payments.CardDeclinedException',
      applicationFrame: 'com.shop.payments.PaymentClient.charge(PaymentClient.java)',
    })
  })

  test('stays the same when only lines and message change', () => {
    const parts = (line: number, message: string) =>
      identifyFailure({ stack: javaStack(line), message, originTopic: 'orders', group: 'payments' }).parts
    expect(parts(88, 'card 1')).toEqual(parts(912, 'another text'))
  })

  test('reads a Node stack past its runtime and package frames', () => {
    const stack = `CardDeclinedError: card refused
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at run (/app/node_modules/kafkajs/src/runner.js:1:2)
    at PaymentClient.charge (/app/src/payment-client.ts:88:11)`
    expect(readStack(stack)).toMatchObject({
      rootCause: 'CardDeclinedError',
      applicationFrame: 'PaymentClient.charge (/app/src/payment-client.ts)',
    })
  })

  test('without a frame is split by message, with its varying parts removed', () => {
    const parts = (message: string) => identifyFailure({ errorClass: 'E', message }).parts
    expect(parts('order 4711 of 9f1c2d3e-0000-4000-8000-000000000001')).toEqual(
      parts('order 12 of 11111111-2222-4333-8444-555555555555'),
    )
    expect(parts('order 1 refused')).not.toEqual(parts('order 1 expired'))
  })
})

describe('a wrapper never names a failure', () => {
  const spring = 'org.springframework.kafka.'
  it.each([
    [`${spring}listener.ListenerExecutionFailedException`, 'com.shop.CardDeclined'],
    [`${spring}listener.ListenerExecutionFailedException`, `${spring}listener.BatchListenerFailedException`],
    [`${spring}listener.ListenerExecutionFailedException`, `${spring}listener.TimestampedException`],
    ['org.springframework.messaging.MessagingException', undefined],
    [
      `${spring}support.serializer.DeserializationException`,
      `${spring}support.serializer.DeserializationException`,
    ],
    ['org.apache.kafka.streams.errors.StreamsException', undefined],
  ])('%s around %s', (errorClass, causeClass) => {
    const stack = `${errorClass}: x\n\tat ${spring}X.y(X.java:1)\nCaused by: com.shop.CardDeclined: refused\n\tat ${spring}X.y(X.java:1)`
    expect(identifyFailure({ errorClass, causeClass, stack })).toMatchObject({
      rootCause: 'com.shop.CardDeclined',
      rootMessage: 'refused',
    })
    const withoutStack = identifyFailure({ errorClass, causeClass, message: 'refused by bank 7' })
    expect(withoutStack.rootCause).toBe(causeClass === 'com.shop.CardDeclined' ? causeClass : null)
    expect(withoutStack.parts[4]).toBe('refused by bank *')
  })

  it('also where the chain of causes ends in one: the class next to it counts', () => {
    const stack = `com.shop.CardDeclined: x\n\tat com.shop.A.b(A.java:1)\nCaused by: java.util.concurrent.ExecutionException: y\n\tat com.shop.C.d(C.java:1)`
    expect(identifyFailure({ stack }).rootCause).toBe('com.shop.CardDeclined')
  })
})

test('a normalised message does not change when it is normalised again', () => {
  fc.assert(
    fc.property(fc.string(), (message) => {
      const once = normaliseMessage(message)
      expect(normaliseMessage(once)).toBe(once)
    }),
  )
})

test('a frame for people names the file and not its folders', () => {
  expect(shortFrame('PaymentClient.charge (/app/src/payment-client.ts)')).toBe(
    'PaymentClient.charge (payment-client.ts)',
  )
  expect(shortFrame('charge (C:\\\\app\\\\pay.ts)')).toBe('charge (pay.ts)')
  expect(shortFrame('/app/src/main.ts')).toBe('main.ts')
  expect(shortFrame('com.shop.PaymentClient.charge(PaymentClient.java)')).toBe(
    'com.shop.PaymentClient.charge(PaymentClient.java)',
  )
})

test('a library between the application and the error is no application frame', () => {
  const stack = `com.fasterxml.jackson.core.io.JsonEOFException: unexpected end
\tat com.fasterxml.jackson.core.base.ParserMinimalBase._reportInvalidEOF(ParserMinimalBase.java:697)
\tat shop.warehouse.ParcelReader.read(ParcelReader.java:29)`
  expect(readStack(stack).applicationFrame).toBe('shop.warehouse.ParcelReader.read(ParcelReader.java)')
})

test('where a module was loaded from as a URL does not split a failure', () => {
  expect(readStack('TypeError: x\n    at charge (file:///app/a.ts:1:2)').applicationFrame).toBe(
    'charge (/app/a.ts)',
  )
})

it('tells an error wherever it happened, to whichever group, and whatever rules group it', () => {
  const failure = { stack: javaStack(88), message: 'card 1' }
  const ofOrders = { ...failure, originTopic: 'orders', group: 'payments' }
  const ofRetries = { ...failure, originTopic: 'orders-retry-0', group: 'payments-retry-0' }
  const byNothing: FingerprintRule = {
    byClass: false,
    byFrame: false,
    byOriginTopic: false,
    byGroup: false,
    byMessage: 'always',
    normalise: (message) => message,
    isIgnoredFrame: () => true,
  }
  const { errorParts, parts } = identifyFailure(ofOrders)
  expect(identifyFailure(ofRetries).parts).not.toEqual(parts)
  expect(identifyFailure(ofRetries).errorParts).toEqual(errorParts)
  expect(identifyFailure(ofOrders, byNothing).errorParts).toEqual(errorParts)
  expect(
    identifyFailure({ ...ofOrders, stack: `com.shop.Other: x\n\tat com.shop.A.b(A.java:1)` }).errorParts,
  ).not.toEqual(errorParts)
  const withoutStack = (message: string) => identifyFailure({ errorClass: 'E', message }).errorParts
  expect(withoutStack('order 7 refused')).toEqual(withoutStack('order 8 refused'))
  expect(withoutStack('order 7 refused')).not.toEqual(withoutStack('order 7 expired'))
})
