import { randomUUID } from 'node:crypto'
import { consume } from '../consume.ts'
import { smallryeHeaders } from '../dead-letters/frameworks.ts'
import { textHeader } from '../exact-producer.ts'
import {
  causedBy,
  type Failure,
  makePoison,
  nameBusiness,
  type Received,
  type ServiceKit,
} from '../service-kit.ts'

/** Ships what is reserved. Stands for a Quarkus service: what it gives up on is written as SmallRye writes it. */
export const runShipping = async (kit: ServiceKit): Promise<void> => {
  const poison = makePoison(kit)

  const ship = async (received: Received): Promise<void> => {
    if (received.value === null) return
    const { kind, orderId } = kit.codecs.readJson(received.value) as { kind: string; orderId: string }
    nameBusiness(orderId)
    if (kind !== 'StockReserved') return
    // CloudEvents 1.0 in structured mode: the envelope is the value.
    const event = JSON.stringify({
      specversion: '1.0',
      id: randomUUID(),
      source: '/shop/shipping',
      type: 'shop.shipping.ParcelSent',
      subject: orderId,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: { orderId, parcel: `parcel-${orderId}`, carrier: 'north' },
    })
    const value = poison(Buffer.from(event))
    const headers = {
      ...causedBy(received, 'ParcelSent', 'shipping'),
      'content-type': 'application/cloudevents+json; charset=UTF-8',
    }
    if (!kit.isBroken('lost-trace')) await kit.send('shipments', orderId, value, headers)
    // Sent by a client that nobody has instrumented: the message has no traceparent, and the trace ends here.
    else
      await kit.sendUntraced(
        'shipments',
        orderId,
        value,
        Object.entries(headers).map(([name, text]) => textHeader(name, String(text))),
      )
  }

  const giveUp = ({ topic, partition, message, error, group }: Failure): Promise<void> =>
    kit.deadLetters.write(
      'dead-letter-topic-stock',
      { topic, partition, offset: BigInt(message.offset) },
      (record) =>
        smallryeHeaders(record.headers, {
          topic,
          partition,
          offset: BigInt(message.offset),
          timestamp: record.timestamp,
          group,
          errorClass: 'io.vertx.core.json.DecodeException',
          causeClass: 'com.fasterxml.jackson.core.io.JsonEOFException',
          message: `Failed to decode: ${error.message}`,
          causeMessage: error.message,
          stack: '',
        }),
      { keepTimestamp: false, keepPartition: false },
    )

  await consume(kit, { group: 'shipping', topics: ['stock'], handle: ship, giveUp })
}
