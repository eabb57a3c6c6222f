import fc from 'fast-check'
import { expect, it } from 'vitest'
import { normaliseMessage } from './normalise-message.ts'

it.each([
  // URLs: their authority, with user and port; paths stay.
  ['GET https://api-7.eu.bank.example.com:8443/v1/charge failed', 'GET https://*/v*/charge failed'],
  ['cannot reach postgresql://app:secret@10.2.3.4:5432/orders', 'cannot reach postgresql://*/orders'],
  ['POST http://[2001:db8::17]:8080/pay: 502', 'POST http://*/pay: *'],
  ['no answer from http://warehouse.shop.svc.cluster.local.', 'no answer from http://*'],
  // Names of hosts, with port or without.
  ['Connection to db-3.prod.internal:5432 refused', 'Connection to * refused'],
  ['broker kafka-0.kafka-headless.default.svc.cluster.local:9092 is down', 'broker * is down'],
  ['timeout after 300 ms: ip-10-2-3-4.eu-central-1.compute.internal', 'timeout after * ms: *'],
  ['lookup payments.bank.example.com: no such host', 'lookup *: no such host'],
  ['getaddrinfo ENOTFOUND payments-db', 'getaddrinfo ENOTFOUND *'],
  ['refused by alice.smith@mail.shop.com', 'refused by *'],
  // Addresses.
  ['connect ECONNREFUSED 10.0.0.7:9092', 'connect ECONNREFUSED *'],
  ['connect ECONNREFUSED ::1:9092', 'connect ECONNREFUSED *'],
  ['no route to fe80::1ff:fe23:4567:890a%eth2', 'no route to *'],
  ['no route to 2001:0db8:85a3:0000:0000:8a2e:0370:7334 now', 'no route to * now'],
  ['no route to ::ffff:10.0.0.7', 'no route to *'],
  ['Connection refused: payments-db/10.0.0.7:5432', 'Connection refused: *'],
  ['Connection refused: /10.0.0.7:5432', 'Connection refused: *'],
  // Pods.
  ['rejected by payments-7d9f8b6c5-x2k4j', 'rejected by payments-*'],
  ['rejected by payments-api-6bdf8c6d97-zq8wp', 'rejected by payments-api-*'],
  ['rejected by nightly-x2k4j', 'rejected by nightly-*'],
  ['rejected by kafka-0', 'rejected by kafka-*'],
])('%s → %s', (message, expected) => {
  expect(normaliseMessage(message)).toBe(expected)
})

it.each([
  'com.shop.payments.CardDeclinedException: card refused',
  'no bean of com.shop.payments.internal.gateway found',
  'could not load org.postgresql.driver',
  'System.Net.Http.HttpRequestException: no such host is known',
  'payments.errors.CardDeclined: insufficient funds',
  'Std::Bad::Face',
  'ActiveRecord::RecordNotFound: no order',
  'error in payment-client.ts',
  'module payments.orders.handler.js not found',
  'unknown field order.customer.name',
  'missing property spring.kafka.bootstrap',
  'topic orders.payments.dlq is full',
  'read/write timeout, retry-after exceeded',
  'end-of-stream, out-of-range, non-retryable, self-signed, right-most',
  'Task.run() of worker.internal() failed',
  'node.js and asp.net and socket.io',
])('%s stays', (message) => {
  expect(normaliseMessage(message)).toBe(message)
})

it('still tells fields apart that have values behind a colon', () => {
  expect(normaliseMessage('order.amount:1250 is too high')).toBe('order.amount:* is too high')
  expect(normaliseMessage('PaymentClient.java:88')).toBe('PaymentClient.java:*')
  expect(normaliseMessage('payment-client.ts:88')).toBe('payment-client.ts:*')
})

it('takes linear time, whatever the message', () => {
  for (const part of ['a.', 'a-', '1:', 'a@', 'x://', 'ab', 'f:', 'a/', '::', '-x2k4j']) {
    // What takes the square of its length does not end before the test does.
    expect(normaliseMessage(part.repeat(10_000))).not.toBe('')
  }
})

it('two messages that differ by their host alone are one', () => {
  // None that packages begin with.
  const label = fc.stringMatching(/^h[a-z0-9]{0,8}$/)
  fc.assert(
    fc.property(label, label, fc.nat({ max: 60_000 }), (one, two, port) => {
      const say = (host: string) =>
        normaliseMessage(`cannot connect to ${host}.shop.svc:${port + 10}, GET https://${host}/x`)
      expect(say(one)).toBe(say(two))
    }),
  )
})
